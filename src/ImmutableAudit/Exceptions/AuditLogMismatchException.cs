namespace ImmutableAudit;

/// <summary>What is stored is not the log that was asked for: another origin, signed by no accepted key, or files of something else.</summary>
public sealed class AuditLogMismatchException : AuditLogException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AuditLogMismatchException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AuditLogMismatchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
