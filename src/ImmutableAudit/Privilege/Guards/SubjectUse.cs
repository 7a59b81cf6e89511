namespace ImmutableAudit.Privilege;

/// <summary>What was found out about one subject on one basis: an answer for this subject object and no other.</summary>
internal sealed class SubjectUse(AccessBasis basis, SubjectPermissions permissions, IReadOnlyList<AccessGrant> grants)
{
    public AccessBasis Basis { get; } = basis;

    public SubjectPermissions Permissions { get; } = permissions;

    /// <summary>Its grants, and those of each one it acts for, in whatever state of time.</summary>
    public IReadOnlyList<AccessGrant> Grants { get; } = grants;

    /// <summary>Where its use is counted; <see langword="null"/> until there is any, and while too many others have some.</summary>
    public UseCounts? Counts { get; set; }

    /// <summary>What it may whatever is acted upon, of that of which nothing is recorded: at hand here for such calls.</summary>
    public PermissionBits Counted { get; } = permissions.Unscoped.Within(permissions.Policy.Counted);
}
