namespace ImmutableAudit;

/// <summary>A role that a subject held when a decision was taken (PRIVILEGE.md P1, P16). Immutable and thread-safe.</summary>
public sealed record AuditRole
{
    /// <summary>The role's name.</summary>
    public required string Role { get; init; }

    /// <summary>Who says that the subject has it, such as an identity provider; absent where the policy itself does.</summary>
    public string? Source { get; init; }
}
