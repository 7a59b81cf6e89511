namespace ImmutableAudit.Privilege;

/// <summary>What was found out about one subject on one basis: an answer for this subject object and no other.</summary>
internal sealed record SubjectUse(AccessBasis Basis, SubjectPermissions Permissions, UseCounts Counts)
{
    /// <summary>What it may whatever is acted upon: at hand here for calls of which nothing is recorded.</summary>
    public PermissionBits Unscoped { get; } = Permissions.Unscoped;
}
