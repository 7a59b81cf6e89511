namespace ImmutableAudit;

/// <summary>A subject asked for what it may not. Nothing ran, and the attempt is on record. A web host answers 403.</summary>
public sealed class AccessDeniedException : AuditException
{
    /// <summary>Says what was denied and why.</summary>
    public AccessDeniedException(string message)
        : base(message)
    {
    }

    /// <summary>The permission that was needed.</summary>
    public string? Permission { get; init; }

    /// <summary>Index of the denial's entry; absent where many equal ones came before, so that it was counted.</summary>
    public long? Entry { get; init; }
}
