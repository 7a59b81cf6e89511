namespace ImmutableAudit;

/// <summary>The clock is further ahead than time can have passed (LOG.md L9). Nothing was appended; see <see cref="AuditLog.AcceptClockAsync"/>.</summary>
public sealed class AuditClockException : AuditLogException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AuditClockException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AuditClockException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
