namespace ImmutableAudit;

/// <summary>The base of every exception that this library throws of its own.</summary>
public abstract class AuditException : Exception
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    protected AuditException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    protected AuditException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
