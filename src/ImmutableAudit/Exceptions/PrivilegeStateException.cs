namespace ImmutableAudit;

/// <summary>The state of privileges cannot be told from the log: a newer version wrote entries that this one does not know, or entries are malformed. Nothing is decided on it (PRIVILEGE.md P2).</summary>
public sealed class PrivilegeStateException : AuditLogException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public PrivilegeStateException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public PrivilegeStateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
