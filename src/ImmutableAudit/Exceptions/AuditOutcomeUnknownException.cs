namespace ImmutableAudit;

/// <summary>Whether the entry is in the log is not known: storage failed while it was being written (LOG.md L5). Look for its id before appending it again (L10).</summary>
public sealed class AuditOutcomeUnknownException : AuditLogException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AuditOutcomeUnknownException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AuditOutcomeUnknownException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
