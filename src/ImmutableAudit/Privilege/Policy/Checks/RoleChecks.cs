namespace ImmutableAudit.Privilege;

/// <summary>Does each role hold something that there is, and only what it may?</summary>
internal static class RoleChecks
{
    public static IEnumerable<PolicyFinding> Of(PolicyAnalysis analysis)
    {
        var used = analysis.Policy.Elevations
            .SelectMany(rule => rule.RequestableBy.Concat(rule.Approvals.Select(approval => approval.Role)).Concat(rule.RevocableBy).Concat(rule.BreakGlass?.Roles ?? []))
            .ToHashSet(StringComparer.Ordinal);
        return analysis.Policy.Roles.SelectMany(role => Permissions(analysis, role).Concat(Inclusions(analysis, role)).Concat(Emptiness(role, used)))
            .Concat(Unassigned(analysis))
            .Concat(Separations(analysis));
    }

    private static IEnumerable<PolicyFinding> Permissions(PolicyAnalysis analysis, Role role)
    {
        foreach (var permission in role.Permissions.Select(held => held.Permission).Distinct(StringComparer.Ordinal))
        {
            if (!analysis.IsKnown(permission))
            {
                yield return PolicyAnalysis.Error("policy.unknown-permission",
                    $"Role '{role.Name}' allows '{permission}', which there is not.{analysis.DidYouMeanPermission(permission)} Name a permission that "
                    + "a guarded interface requires, or define it with Permission.");
            }
            else if (role.Kind == RoleKind.Standing && analysis.IsElevated(permission))
            {
                yield return PolicyAnalysis.Error("policy.standing-elevated",
                    $"Role '{role.Name}' is standing and allows '{permission}', which is elevated: only a grant may give it. Take it out, and say with "
                    + "Elevation who may ask for it.");
            }
        }
    }

    private static IEnumerable<PolicyFinding> Inclusions(PolicyAnalysis analysis, Role role)
    {
        foreach (var name in role.Includes)
        {
            if (!analysis.Policy.TryGetRole(name, out var included))
            {
                yield return PolicyAnalysis.Error("policy.unknown-role",
                    $"Role '{role.Name}' includes '{name}', which there is not.{analysis.DidYouMeanRole(name)} Define it, or take the inclusion out.");
            }
            else if (role.Kind == RoleKind.Standing && included.Kind == RoleKind.Eligible)
            {
                yield return PolicyAnalysis.Error("policy.standing-includes-eligible",
                    $"Role '{role.Name}' is standing and includes '{name}', which is only eligible: it would hold what has to be asked for. Take the "
                    + "inclusion out, or make both of one kind.");
            }
        }
    }

    private static IEnumerable<PolicyFinding> Emptiness(Role role, HashSet<string> used)
    {
        if (role.Permissions.Count == 0 && role.Includes.Count == 0 && !role.ApprovesElevation && !used.Contains(role.Name))
        {
            yield return PolicyAnalysis.Warning("policy.empty-role",
                $"Role '{role.Name}' holds no permission, and has no part in an elevation. Allow it something, or take it out.");
        }
    }

    private static IEnumerable<PolicyFinding> Unassigned(PolicyAnalysis analysis)
    {
        if (analysis.RolesFromElsewhere)
            return [];

        var held = analysis.Closure(analysis.Policy.Assignments.SelectMany(assignment => assignment.Roles), standing: false)
            .Select(role => role.Name).ToHashSet(StringComparer.Ordinal);
        return analysis.Policy.Roles.Where(role => !held.Contains(role.Name)).Select(role => PolicyAnalysis.Warning("policy.unassigned-role",
            $"Role '{role.Name}' is assigned to nobody, and no role that is assigned includes it. Assign it, or take it out."));
    }

    private static IEnumerable<PolicyFinding> Separations(PolicyAnalysis analysis) =>
        from duties in analysis.Policy.Separations
        from name in duties.Roles
        where !analysis.Policy.TryGetRole(name, out _)
        select PolicyAnalysis.Error("policy.unknown-role",
            $"The separated duties '{string.Join("', '", duties.Roles.Take(10))}' name '{name}', which there is not.{analysis.DidYouMeanRole(name)} "
            + "Define it, or separate the roles that there are.");
}
