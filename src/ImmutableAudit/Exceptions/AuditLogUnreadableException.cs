namespace ImmutableAudit;

/// <summary>A log could not be read: no permission, a broken connection, no answer in time, too much data. Says nothing about the log itself.</summary>
public sealed class AuditLogUnreadableException : AuditException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AuditLogUnreadableException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AuditLogUnreadableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
