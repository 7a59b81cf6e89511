using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Storage;

/// <summary>
/// Where a log is stored. One sink is authoritative for a log: it commits entries durably, integrates them into tiles and
/// entry bundles, and publishes signed checkpoints. Those are three steps that fail and lag apart (LOG.md).
/// </summary>
/// <remarks>
/// <para><b>Order of calls.</b> <see cref="ClaimAsync"/> once; then <see cref="RecoverAsync"/>; then commits. A log calls
/// <see cref="RecoverAsync"/> again after a commit of unknown outcome. Disposing releases the claim.</para>
/// <para><b>Concurrency.</b> One commit is open at a time; integrating and publishing run beside it on another thread, one
/// at a time, never together with recovering. The reads may come from any thread at any moment between claiming
/// and disposing.</para>
/// <para><b>Cancellation</b> may end a wait; it never leaves anything half done.</para>
/// </remarks>
public interface IAuditSink : ILogReader, IAsyncDisposable
{
    /// <summary>Whether committed entries outlive the process. A host in production refuses a sink that says no.</summary>
    bool IsDurable { get; }

    /// <summary>Whether others may append to the same log, so that entries appear that this writer did not append (LOG.md L26).</summary>
    bool IsShared { get; }

    /// <summary>
    /// Number of committed entries, others' included where the sink is shared: at least those that an answer of this sink has
    /// shown. Thread-safe.
    /// </summary>
    long CommittedSize { get; }

    /// <summary>Takes hold of the store for writing; creates what has to be there for that, and changes nothing of a log that is there.</summary>
    /// <exception cref="AuditLogLockedException">Another writer holds it, and the sink is not shared.</exception>
    /// <exception cref="AuditLogException">It cannot be written to, or is not a log.</exception>
    /// <exception cref="AuditLogUnreadableException">What is there could not be read.</exception>
    ValueTask ClaimAsync(SinkContext context, CancellationToken cancellationToken);

    /// <summary>
    /// Finds every entry that was ever acknowledged, makes sure that all of them are durable, and makes the sink ready for
    /// commits. Entries whose commit is whole but was not acknowledged may be kept; they are then durable too. What this sink has
    /// acknowledged itself it holds against what it finds: nobody else knows what that was.
    /// </summary>
    /// <param name="published">
    /// The compact range at the published checkpoint, checked against its signature; <see langword="null"/> where there is
    /// no checkpoint: then the store must hold nothing, and becomes a log without entries. Where another writer of a shared
    /// store has begun the log meanwhile, what is there is found.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AuditLogCorruptException">What is found does not hold together or does not reach the given range; nothing was changed.</exception>
    ValueTask<SinkRecovery> RecoverAsync(CompactRange? published, CancellationToken cancellationToken);

    /// <summary>Opens a commit on the current head; shared sinks lock or read it there.</summary>
    /// <exception cref="AuditUnavailableException">It failed, and nothing was written; the sink stays usable.</exception>
    /// <exception cref="AuditOutcomeUnknownException">
    /// Whether what was committed before is durable is not known any more. The sink is not used again before
    /// <see cref="RecoverAsync"/> has found out.
    /// </exception>
    ValueTask<IAuditCommit> OpenCommitAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes the full tiles and bundles of what is committed durable, or of a part of it where that is much: then there is
    /// more to integrate once this part is published. Nothing that is not durable as an entry gets into a tile (LOG.md L4).
    /// May be called again after any failure.
    /// </summary>
    /// <returns>The compact range up to which entries are integrated, ready to be signed; a copy.</returns>
    /// <exception cref="AuditLogCorruptException">The stored entries are not those that were committed.</exception>
    /// <exception cref="AuditOutcomeUnknownException">
    /// Whether what was committed before is durable is not known any more. The sink is not used again before
    /// <see cref="RecoverAsync"/> has found out; opening a commit fails the same way.
    /// </exception>
    ValueTask<CompactRange> IntegrateAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes a checkpoint visible to readers, together with the partial tiles and bundle of its size, if it is newer than
    /// the one published (compare-and-set on the size, LOG.md L22).
    /// </summary>
    /// <returns>
    /// The checkpoint that is now published and durable: the given one, or one of at least its size that was there before.
    /// <see langword="null"/> where the size is not the one integrated last: integrate and sign again. What recovery found
    /// published counts as integrated, and so do the no entries of a new log.
    /// </returns>
    /// <exception cref="AuditLogCorruptException">What is published is neither what was, nor what was to be.</exception>
    ValueTask<SignedCheckpoint?> PublishAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken);

    /// <summary>Reads committed entries, published or not, as many as lie together.</summary>
    /// <returns>A run that holds the entry at <paramref name="index"/>, or <see langword="null"/> where it is not committed yet.</returns>
    /// <exception cref="AuditLogUnreadableException">The entry could not be read.</exception>
    /// <exception cref="AuditLogCorruptException">It is not the one that was committed.</exception>
    ValueTask<CommittedEntries?> ReadCommittedAsync(long index, CancellationToken cancellationToken);
}
