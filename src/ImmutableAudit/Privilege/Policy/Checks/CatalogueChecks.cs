namespace ImmutableAudit.Privilege;

/// <summary>Does the policy know what the application requires, and can anybody have it?</summary>
internal static class CatalogueChecks
{
    public static IEnumerable<PolicyFinding> Of(PolicyAnalysis analysis) => Differences(analysis).Concat(Unreachable(analysis));

    private static IEnumerable<PolicyFinding> Differences(PolicyAnalysis analysis)
    {
        foreach (var required in analysis.Catalogue)
        {
            if (!analysis.Policy.Catalogue.TryGet(required.Permission, out var known))
            {
                yield return PolicyAnalysis.Warning("policy.catalogue-differs",
                    $"The application requires '{required.Permission}', which the policy's catalogue does not hold: it is denied to everybody. "
                    + "Deploy a policy with the catalogue of this version of the application.");
            }
            else if (known != required)
            {
                yield return PolicyAnalysis.Warning("policy.catalogue-differs",
                    $"'{required.Permission}' is {required.Describe()} in the application, and {known.Describe()} in the policy's catalogue. "
                    + "It counts as elevated if either says so. Deploy a policy with the catalogue of this version of the application.");
            }
        }
    }

    private static IEnumerable<PolicyFinding> Unreachable(PolicyAnalysis analysis)
    {
        if (analysis.RolesFromElsewhere)
            yield break;

        var assigned = analysis.Policy.Assignments.SelectMany(assignment => assignment.Roles).Distinct(StringComparer.Ordinal);
        var reachable = analysis.Closure(assigned, standing: true).SelectMany(role => role.Permissions)
            .Select(held => held.Permission).Where(permission => !analysis.IsElevated(permission))
            .Concat(analysis.Policy.Elevations.Where(rule => rule.RequestableBy.Concat(rule.BreakGlass?.Roles ?? []).Any(role => analysis.PersonsWith(role, standing: false).Count > 0))
                .Select(rule => rule.Permission))
            .Concat(analysis.LacksDeployRule ? [AuditPermissions.DeployPolicy] : [])
            .ToHashSet(StringComparer.Ordinal);
        foreach (var definition in analysis.Catalogue.Where(definition => !reachable.Contains(definition.Permission)))
        {
            yield return PolicyAnalysis.Warning("policy.unreachable-permission", definition.Elevated
                ? $"Nobody can ever have '{definition.Permission}': it is elevated, and there is no elevation rule by which somebody may ask for it. Add one."
                : $"Nobody can ever have '{definition.Permission}': no role that is assigned holds it, and nobody may ask for it. Allow it to a role, or "
                    + "assign one that has it.");
        }
    }
}
