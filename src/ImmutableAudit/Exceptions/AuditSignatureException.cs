namespace ImmutableAudit;

/// <summary>A signature that does not hold: one by a known key is bad, or no known key has signed.</summary>
public sealed class AuditSignatureException : AuditException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AuditSignatureException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AuditSignatureException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
