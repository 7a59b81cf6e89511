namespace ImmutableAudit;

/// <summary>Something about a request for access, or a grant, was refused. Nothing was done, and the attempt is on record.</summary>
public sealed class AccessRequestException : AuditException
{
    /// <summary>Says what was refused and why.</summary>
    public AccessRequestException(string message)
        : base(message)
    {
    }

    /// <summary>Why: one of <see cref="Privilege.RefusalCode"/>, or of <see cref="Privilege.DenialCode"/> where it was not even clear who asks.</summary>
    public required string Code { get; init; }

    /// <summary>The request that it was about.</summary>
    public long? Request { get; init; }

    /// <summary>Index of the refusal's entry; absent where many equal ones came before, so that it was counted.</summary>
    public long? Entry { get; init; }
}
