namespace ImmutableAudit;

/// <summary>What is acted upon. Immutable and thread-safe.</summary>
public sealed record AuditResource
{
    /// <summary>The kind of thing, such as <c>order</c>; not blank.</summary>
    public required string Type { get; init; }

    /// <summary>Which one; absent where the action concerns all of them, or one that has no name yet.</summary>
    public string? Id { get; init; }
}
