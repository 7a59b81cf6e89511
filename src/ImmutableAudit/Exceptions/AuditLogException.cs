namespace ImmutableAudit;

/// <summary>A log that cannot be opened or written to. Derived types say why.</summary>
public class AuditLogException : AuditException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AuditLogException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AuditLogException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
