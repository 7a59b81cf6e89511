namespace ImmutableAudit;

/// <summary>An access policy, or a part of one, that cannot be: malformed, contradictory, or not the bytes of one.</summary>
public sealed class AccessPolicyException : AuditException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AccessPolicyException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AccessPolicyException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
