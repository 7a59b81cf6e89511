namespace ImmutableAudit;

/// <summary>The log is behind, different from, or gone since the checkpoint that was remembered beside the key (LOG.md L18), or of which a copy was exported. Nothing was changed.</summary>
public sealed class AuditLogRollbackException : AuditLogException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AuditLogRollbackException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AuditLogRollbackException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
