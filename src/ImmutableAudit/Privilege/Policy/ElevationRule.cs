namespace ImmutableAudit.Privilege;

/// <summary>So many votes by holders of a role. Immutable.</summary>
/// <param name="Role">The role.</param>
/// <param name="Quorum">How many distinct persons.</param>
public sealed record ApprovalRule(string Role, int Quorum);

/// <summary>Who may ask for a permission, who approves, and for how long it is granted. Immutable and thread-safe.</summary>
public sealed class ElevationRule
{
    internal ElevationRule(
        string permission, IEnumerable<string> requestableBy, IEnumerable<ApprovalRule> approvals, TimeSpan maxDuration)
    {
        Permission = permission;
        RequestableBy = [.. requestableBy.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Approvals = [.. approvals.OrderBy(approval => approval.Role, StringComparer.Ordinal)];
        MaxDuration = maxDuration;
    }

    /// <summary>The permission.</summary>
    public string Permission { get; }

    /// <summary>The roles whose holders may ask, in ordinal order.</summary>
    public IReadOnlyList<string> RequestableBy { get; }

    /// <summary>The votes that are needed, all of them, one rule for each role.</summary>
    public IReadOnlyList<ApprovalRule> Approvals { get; }

    /// <summary>The longest grant, in whole seconds.</summary>
    public TimeSpan MaxDuration { get; }
}
