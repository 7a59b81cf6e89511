namespace ImmutableAudit;

/// <summary>Nothing was appended, and nothing of it will be: the log is closed, recovering, out of space or faulted. It is safe to try again.</summary>
public sealed class AuditUnavailableException : AuditLogException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AuditUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AuditUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
