namespace ImmutableAudit;

/// <summary>A key that cannot be used: a malformed verifier key, an unsupported type, a key file that is missing, unprotected or not a P-256 key.</summary>
public sealed class AuditKeyException : AuditException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AuditKeyException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AuditKeyException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
