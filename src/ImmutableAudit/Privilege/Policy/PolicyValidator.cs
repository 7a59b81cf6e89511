namespace ImmutableAudit.Privilege;

/// <summary>Looks at whether the parts of a policy fit each other, and the application.</summary>
public static class PolicyValidator
{
    /// <summary>Everything that does not fit, errors first.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="catalogue">The permissions that the application requires; by default those that the policy itself knows.</param>
    /// <param name="rolesFromElsewhere">
    /// Whether an identity provider or a store gives roles, too. Then nobody knows who holds what, and nothing is said of roles
    /// and permissions that nobody holds, nor of quorums that cannot be reached.
    /// </param>
    public static IReadOnlyList<PolicyFinding> Validate(
        AccessPolicy policy, PermissionCatalogue? catalogue = null, bool rolesFromElsewhere = false)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var analysis = new PolicyAnalysis(policy, catalogue ?? policy.Catalogue, rolesFromElsewhere);
        return
        [
            .. CatalogueChecks.Of(analysis)
                .Concat(RoleChecks.Of(analysis))
                .Concat(AssignmentChecks.Of(analysis))
                .Concat(ElevationChecks.Of(analysis))
                .Concat(VoteKeyChecks.Of(analysis))
                .OrderByDescending(finding => finding.Severity),
        ];
    }
}
