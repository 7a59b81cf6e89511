namespace ImmutableAudit;

/// <summary>A role that a subject, or one that it acts for, held when a decision was taken (PRIVILEGE.md P1, P16). Immutable and thread-safe.</summary>
public sealed record AuditRole
{
    /// <summary>The role's name.</summary>
    public required string Role { get; init; }

    /// <summary>Who says that the subject has it, such as an identity provider; absent where the policy itself does.</summary>
    public string? Source { get; init; }

    /// <summary>
    /// Which link of the chain of subjects has it: 0 is the acting subject, 1 the one that it acts for, and so on. Less than
    /// <see cref="AuditSubject.MaxChainLength"/>; 0 is left out of the entry.
    /// </summary>
    public int Link { get; init; }
}
