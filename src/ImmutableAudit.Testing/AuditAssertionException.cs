namespace ImmutableAudit.Testing;

/// <summary>What a test expected of a log does not hold. The message lists what is in it.</summary>
public sealed class AuditAssertionException : Exception
{
    /// <summary>Says what does not hold.</summary>
    public AuditAssertionException(string message)
        : base(message)
    {
    }
}
