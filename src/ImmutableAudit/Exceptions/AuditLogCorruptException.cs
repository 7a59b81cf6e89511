namespace ImmutableAudit;

/// <summary>What is stored contradicts itself: a damaged journal, tiles that do not add up to the signed root (LOG.md L2, L18). Nothing was changed.</summary>
public sealed class AuditLogCorruptException : AuditLogException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AuditLogCorruptException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AuditLogCorruptException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The rule that an entry breaks, where it is one about privileges.</summary>
    internal string? Rule { get; init; }
}
