using ImmutableAudit.Checkpoints;

namespace ImmutableAudit;

/// <summary>
/// Appends to a tamper-evident audit log. Every entry is a leaf of a Merkle tree; when an append completes, its entry is
/// durable, and no later one is stamped with an earlier time or index.
/// </summary>
/// <remarks>
/// <para>Durable is what neither a crash nor a power failure takes back, unless the sink was told that less is enough
/// (<see cref="Storage.FileSystem.CommitDurability"/>).</para>
/// <para>An event without <see cref="AuditEvent.Trace"/> gets the trace id of the current <see cref="System.Diagnostics.Activity"/>, if there is one.</para>
/// <para>Thread-safe; many callers at once share one flush. When the queue is full, appends wait; nothing is ever dropped.</para>
/// <para><b>Failure.</b> <see cref="AuditUnavailableException"/>: nothing was appended. <see cref="AuditOutcomeUnknownException"/>: storage
/// failed in between; look for the entry's id before appending it again. <see cref="AuditEventException"/>: the event cannot be an entry.</para>
/// <para><b>Cancellation</b> withdraws an entry that has no index yet; after that the append completes.</para>
/// </remarks>
public interface IAuditLog
{
    /// <summary>Longest run of entries that can be appended together: 8 MiB, two bytes for each entry included.</summary>
    const int MaxBatchBytes = 8 * 1024 * 1024;

    /// <summary>The log's name.</summary>
    string Origin { get; }

    /// <summary>The newest published checkpoint. Save it: a log that no longer extends it was tampered with.</summary>
    SignedCheckpoint LatestCheckpoint { get; }

    /// <summary>Appends one event; completes when it is durable.</summary>
    ValueTask<AuditReceipt> AppendAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default);

    /// <summary>Appends an event that was encoded before; completes when it is durable.</summary>
    ValueTask<AuditReceipt> AppendAsync(EncodedEvent auditEvent, CancellationToken cancellationToken = default);

    /// <summary>Appends several events as one commit: next to each other, all of them or none (LOG.md L7).</summary>
    /// <param name="auditEvents">At least one; together at most <see cref="MaxBatchBytes"/>.</param>
    /// <param name="cancellationToken">Withdraws all of them, as long as none has an index.</param>
    /// <returns>A receipt for each, in the same order.</returns>
    /// <exception cref="AuditEntryTooLargeException">One is, or all together are, too large. Nothing was appended.</exception>
    ValueTask<IReadOnlyList<AuditReceipt>> AppendAsync(
        IReadOnlyList<AuditEvent> auditEvents, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="AppendAsync(IReadOnlyList{AuditEvent}, CancellationToken)"/>
    ValueTask<IReadOnlyList<AuditReceipt>> AppendAsync(
        IReadOnlyList<EncodedEvent> auditEvents, CancellationToken cancellationToken = default);

    /// <summary>Appends one event if a condition on the head holds at the very moment that it gets its index (LOG.md L8).</summary>
    /// <param name="auditEvent">The event.</param>
    /// <param name="condition">Evaluated on the log's own thread, again whenever another writer was first: quick and without side effects. If it throws, the append fails with that exception.</param>
    /// <param name="cancellationToken">Withdraws the entry, as long as it has no index.</param>
    ValueTask<ConditionalAppend> AppendIfAsync(
        AuditEvent auditEvent, Func<LogHead, bool> condition, CancellationToken cancellationToken = default);

    /// <summary>Appends one event and blocks until it is durable. Needs no pool thread and no context of the caller's to complete.</summary>
    AuditReceipt Append(AuditEvent auditEvent, CancellationToken cancellationToken = default);

    /// <summary>
    /// Queues one event without waiting for the disk, and completes at once while there is room in the queue. Until it is
    /// committed, some milliseconds later as a rule, the event is lost with the process: what must not be lost is appended.
    /// Order and protection are those of every other entry.
    /// </summary>
    /// <returns>The id that the entry will have.</returns>
    /// <remarks>Await it: once the queue is full the call completes when the event is committed, and fails as an append does. What fails after the call has completed is reported (log message, metric), and by the next <see cref="FlushAsync"/>.</remarks>
    ValueTask<Guid> PostAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="PostAsync(AuditEvent, CancellationToken)"/>
    ValueTask<Guid> PostAsync(EncodedEvent auditEvent, CancellationToken cancellationToken = default);

    /// <summary>Publishes everything appended or posted before this call.</summary>
    /// <returns>A checkpoint that covers it.</returns>
    /// <remarks>Where several instances append to one log, what the others have appended is covered as far as this one knows of it.</remarks>
    /// <exception cref="AuditPublicationException">It could not be published now. What is appended stays as durable as it was.</exception>
    /// <exception cref="AuditUnavailableException">The log is closed, recovering or faulted; or events posted since the last flush were not appended.</exception>
    /// <exception cref="AuditOutcomeUnknownException">Storage failed while events posted since the last flush were being written.</exception>
    ValueTask<SignedCheckpoint> FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a portable proof that an entry is in the log: the entry itself, its inclusion proof and a checkpoint. Save it;
    /// years later the public key is enough to check it. Publishes first where the entry is not published yet.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no entry with this index.</exception>
    /// <exception cref="AuditPublicationException">The entry could not be published now.</exception>
    /// <exception cref="AuditLogCorruptException">What is stored does not add up to the signed root.</exception>
    ValueTask<AuditProof> ProveAsync(long index, CancellationToken cancellationToken = default);

    /// <summary>Proves that the log, as <see cref="LatestCheckpoint"/> has it, begins with all entries of an older state of it.</summary>
    /// <param name="oldSize">Size of the older state, from 1 to that of the latest checkpoint.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentOutOfRangeException">The log never had this size, or it is not published.</exception>
    /// <exception cref="AuditLogCorruptException">What is stored does not add up to the signed root.</exception>
    ValueTask<AuditConsistencyProof> ProveConsistencyAsync(long oldSize, CancellationToken cancellationToken = default);
}
