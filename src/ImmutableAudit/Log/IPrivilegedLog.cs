namespace ImmutableAudit.Log;

/// <summary>
/// What the privilege layer needs of a log, and applications do not get: appending the library's own types of entries
/// (PRIVILEGE.md P25), on conditions, with outcomes promised. Thread-safe.
/// </summary>
/// <remarks>
/// What <see cref="IAuditLog"/> says of durability, order, failure and cancellation holds here. Entries that decisions are based on
/// (<c>policy.*</c>, <c>grant.*</c>, <c>privilege.*</c>) get their <c>prev</c> with the index.
/// </remarks>
internal interface IPrivilegedLog
{
    /// <summary>The log's name.</summary>
    string Origin { get; }

    /// <summary>The log's clock.</summary>
    TimeProvider TimeProvider { get; }

    /// <summary>Whether other processes may append to the same log.</summary>
    bool IsShared { get; }

    /// <summary>The id of this run, the same in <c>log.opened</c>, <c>log.closed</c> and every <c>access.*</c> entry.</summary>
    string Session { get; }

    /// <summary>
    /// Whether the log takes appends right now: not closed or closing, recovering or faulted. A volatile read.
    /// </summary>
    bool AcceptsAppends { get; }

    /// <summary>
    /// The same, and what came last was committed: who allows without appending asks this first (PRIVILEGE.md P5). Where it
    /// was not, for want of room or by the clock, only another append finds out whether the log commits again.
    /// </summary>
    bool Commits { get; }

    /// <summary>
    /// Index of the newest entry that decisions are based on, as this process last saw it: in a sink that is not shared the
    /// newest there is. A volatile read.
    /// </summary>
    long PrivilegeHead { get; }

    /// <summary>
    /// Records this run, whatever <see cref="AuditLogOptions.RecordSessions"/> says: <c>log.opened</c> when the log is opened, or
    /// now where it is open already, and <c>log.closed</c> when it is closed in order (PRIVILEGE.md P6).
    /// </summary>
    ValueTask RequireSessionAsync(CancellationToken cancellationToken = default);

    /// <summary>Where the log stands now, others' entries included where the sink is shared; what was submitted before is in it.</summary>
    ValueTask<LogHead> ReadHeadAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads committed entries one by one, in any order.</summary>
    IEntryReader ReadEntries();

    /// <summary>Appends an entry; completes when it is durable.</summary>
    ValueTask<AppendResult> AppendAsync(AuditEvent entry, AppendCondition? condition = null, CancellationToken cancellationToken = default);

    /// <summary>Appends entries next to each other, all of them or none (LOG.md L7).</summary>
    ValueTask<AppendResult> AppendAsync(AuditEvent[] entries, AppendCondition? condition = null, CancellationToken cancellationToken = default);

    /// <summary>Appends an entry and blocks until it is durable. Needs no pool thread and no context of the caller's.</summary>
    AppendResult Append(AuditEvent entry, AppendCondition? condition = null, CancellationToken cancellationToken = default);

    /// <summary>Appends a decision that allows an act, and promises that its outcome will be taken.</summary>
    /// <exception cref="AuditUnavailableException">It is not on record, so the act must not begin; also once the log is closing.</exception>
    /// <exception cref="AuditOutcomeUnknownException">It may be on record, and the act must not begin. This run will not end in order.</exception>
    ValueTask<BegunAct> BeginAsync(AuditEvent decision, AppendCondition condition, CancellationToken cancellationToken = default);

    /// <summary>The same, and blocks until the decision is durable (PRIVILEGE.md P10).</summary>
    /// <inheritdoc cref="BeginAsync" path="/exception"/>
    BegunAct Begin(AuditEvent decision, AppendCondition condition, CancellationToken cancellationToken = default);
}
