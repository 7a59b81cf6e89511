namespace ImmutableAudit;

/// <summary>What is committed could not be published now: integrating, signing or storing the checkpoint failed. Nothing is lost, and it is retried (LOG.md L5).</summary>
public sealed class AuditPublicationException : AuditLogException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AuditPublicationException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AuditPublicationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
