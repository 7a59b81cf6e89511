namespace ImmutableAudit;

/// <summary>Another policy of the same version is in force: a version names one policy for ever (PRIVILEGE.md P15). Nothing was deployed.</summary>
public sealed class PolicyConflictException : AuditException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public PolicyConflictException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public PolicyConflictException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
