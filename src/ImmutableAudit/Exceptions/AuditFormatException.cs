namespace ImmutableAudit;

/// <summary>Bytes that are not what they should be: a malformed note, checkpoint, proof, tile, entry bundle or entry.</summary>
public sealed class AuditFormatException : AuditException
{
    /// <summary>Says what is wrong, where, and what to do.</summary>
    public AuditFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, where, and what to do, and keeps the cause.</summary>
    public AuditFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
