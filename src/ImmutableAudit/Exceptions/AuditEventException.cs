namespace ImmutableAudit;

/// <summary>An event that cannot become an entry: a member is missing, malformed or reserved. Nothing was appended.</summary>
public class AuditEventException : AuditException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AuditEventException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AuditEventException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
