namespace ImmutableAudit;

/// <summary>Where a log stands: what the next entry depends on.</summary>
/// <param name="Size">Number of committed entries, which is the index of the next one.</param>
/// <param name="LastTime">Time of the newest entry in UTC; <see cref="DateTimeOffset.MinValue"/> in an empty log. The next entry is stamped no earlier (LOG.md L9).</param>
/// <param name="PrivilegeHead">Index of the newest <c>policy.*</c>, <c>grant.*</c> or <c>privilege.*</c> entry, or -1 where there is none (PRIVILEGE.md P1).</param>
public readonly record struct LogHead(long Size, DateTimeOffset LastTime, long PrivilegeHead)
{
    /// <summary>The head of an empty log.</summary>
    public static LogHead Empty { get; } = new(0, DateTimeOffset.MinValue, -1);
}
