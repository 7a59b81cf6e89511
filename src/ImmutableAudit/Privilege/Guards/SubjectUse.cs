namespace ImmutableAudit.Privilege;

/// <summary>What was found out about one subject on one basis: an answer for this subject object and no other.</summary>
/// <param name="Basis">The basis.</param>
/// <param name="Permissions">What it may by its roles.</param>
/// <param name="Grants">Its grants, and those of each one it acts for, in whatever state of time.</param>
/// <param name="Counts">What it did that is only counted.</param>
internal sealed record SubjectUse(AccessBasis Basis, SubjectPermissions Permissions, IReadOnlyList<AccessGrant> Grants, UseCounts Counts)
{
    /// <summary>What it may whatever is acted upon: at hand here for calls of which nothing is recorded.</summary>
    public PermissionBits Unscoped { get; } = Permissions.Unscoped;
}
