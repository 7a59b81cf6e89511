namespace ImmutableAudit;

/// <summary>An entry, or several appended together, is longer than the log can hold. Nothing was appended.</summary>
public sealed class AuditEntryTooLargeException : AuditEventException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AuditEntryTooLargeException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AuditEntryTooLargeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
