namespace ImmutableAudit;

/// <summary>Another writer has the log open (LOG.md L17).</summary>
public sealed class AuditLogLockedException : AuditLogException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AuditLogLockedException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AuditLogLockedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
