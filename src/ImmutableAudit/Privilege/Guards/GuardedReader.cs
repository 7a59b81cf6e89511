namespace ImmutableAudit.Privilege;

/// <summary>The guard of <see cref="IAuditLogReader"/>: who reads a log is on record in the guard's own (PRIVILEGE.md P28).</summary>
/// <param name="reader">What is read.</param>
/// <param name="guard">Who decides.</param>
/// <param name="log">The name of what is read, where that is another log than the guard's own.</param>
internal sealed class GuardedReader(IAuditLogReader reader, AccessGuard guard, string? log = null) : IAuditLogReader
{
    private static readonly GuardRule ReadRule = new("IAuditLogReader.ReadAsync", AuditPermissions.Read);
    private static readonly GuardRule FollowRule = new("IAuditLogReader.FollowAsync", AuditPermissions.Read);

    private readonly MemberGuard _read = guard.For(ReadRule);
    private readonly MemberGuard _follow = guard.For(FollowRule);

    /// <summary>What it needs.</summary>
    public static IEnumerable<GuardRule> Rules => [ReadRule, FollowRule];

    public long Size => reader.Size;

    public IAsyncEnumerable<AuditEntry> ReadAsync(long from = 0, long? to = null, CancellationToken cancellationToken = default) =>
        _read.Enumerate(
            Arguments().Audited("from", from).Audited("to", to), token => reader.ReadAsync(from, to, token), cancellationToken);

    public IAsyncEnumerable<AuditEntry> FollowAsync(long from = 0, CancellationToken cancellationToken = default) =>
        _follow.Enumerate(Arguments().Audited("from", from), token => reader.FollowAsync(from, token), cancellationToken);

    private CallArguments Arguments() => log is null ? CallArguments.Of() : CallArguments.Of("log", log);
}
