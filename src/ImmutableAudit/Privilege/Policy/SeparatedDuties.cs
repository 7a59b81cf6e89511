namespace ImmutableAudit.Privilege;

/// <summary>
/// Roles of which nobody may hold more than one, whether by one account or by several of the same person (PRIVILEGE.md P23).
/// Immutable and thread-safe.
/// </summary>
public sealed class SeparatedDuties
{
    internal SeparatedDuties(IEnumerable<string> roles) =>
        Roles = [.. roles.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Names of two or more roles, in ordinal order.</summary>
    public IReadOnlyList<string> Roles { get; }
}
