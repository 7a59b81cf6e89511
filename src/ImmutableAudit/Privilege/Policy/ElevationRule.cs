namespace ImmutableAudit.Privilege;

/// <summary>So many votes by holders of a role. Immutable.</summary>
/// <param name="Role">The role.</param>
/// <param name="Quorum">How many distinct persons.</param>
public sealed record ApprovalRule(string Role, int Quorum);

/// <summary>Who may take a permission without waiting for approval, to be reviewed by somebody else (PRIVILEGE.md P24). Immutable.</summary>
/// <param name="Roles">Holders of any of these, in ordinal order.</param>
/// <param name="MaxDuration">The longest, in whole seconds.</param>
public sealed record BreakGlassRule(IReadOnlyList<string> Roles, TimeSpan MaxDuration);

/// <summary>Who may ask for a permission, who approves, and for how long it is granted. Immutable and thread-safe.</summary>
public sealed class ElevationRule
{
    internal ElevationRule(
        string permission, IEnumerable<string> requestableBy, IEnumerable<ApprovalRule> approvals, TimeSpan maxDuration)
    {
        Permission = permission;
        RequestableBy = Names(requestableBy);
        Approvals = [.. approvals.OrderBy(approval => approval.Role, StringComparer.Ordinal)];
        MaxDuration = maxDuration;
    }

    /// <summary>The permission.</summary>
    public string Permission { get; }

    /// <summary>The roles whose holders may ask, in ordinal order.</summary>
    public IReadOnlyList<string> RequestableBy { get; }

    /// <summary>
    /// The votes that are needed, all of them, one rule for each role, at most <see cref="Quorum.MaxRules"/>; each person counts
    /// for one (<see cref="Quorum"/>).
    /// </summary>
    public IReadOnlyList<ApprovalRule> Approvals { get; }

    /// <summary>The longest grant, in whole seconds.</summary>
    public TimeSpan MaxDuration { get; }

    /// <summary>How long a request waits for its approval before it lapses, in whole seconds.</summary>
    public TimeSpan PendingFor { get; internal init; } = ElevationRuleBuilder.DefaultPendingFor;

    /// <summary>How long after its approval it may be activated before it lapses, in whole seconds.</summary>
    public TimeSpan ActivateWithin { get; internal init; } = ElevationRuleBuilder.DefaultActivateWithin;

    /// <summary>Whether a request says why.</summary>
    public bool RequiresReason { get; internal init; }

    /// <summary>Whether a request names a ticket.</summary>
    public bool RequiresTicket { get; internal init; }

    /// <summary>The only hours in which a grant is live; absent where all are.</summary>
    public ActiveHours? Hours { get; internal init; }

    /// <summary>The roles whose holders may revoke a grant, beside those who may approve it, in ordinal order.</summary>
    public IReadOnlyList<string> RevocableBy { get; internal init; } = [];

    /// <summary>
    /// Whether who approved a grant that is not over may neither ask for the same permission nor activate it, and who has asked
    /// for it may not vote on another's (PRIVILEGE.md P23).
    /// </summary>
    public bool SeparateApprovers { get; internal init; }

    /// <summary>Whether a vote carries the voter's own signature, by a key that the policy knows (PRIVILEGE.md P25).</summary>
    public bool SignedVotes { get; internal init; }

    /// <summary>Who may take it without approval; absent where nobody may.</summary>
    public BreakGlassRule? BreakGlass { get; internal init; }

    internal static IReadOnlyList<string> Names(IEnumerable<string> roles) => [.. roles.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
