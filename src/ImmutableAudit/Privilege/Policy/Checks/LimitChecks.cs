namespace ImmutableAudit.Privilege;

/// <summary>Can what is granted be had, be taken back, and be reviewed?</summary>
internal static class LimitChecks
{
    public static IEnumerable<PolicyFinding> Of(PolicyAnalysis analysis, ElevationRule rule) =>
        Hours(rule)
            .Concat(Roles(analysis, rule, "may be revoked by", rule.RevocableBy, "policy.unheld-revoker"))
            .Concat(rule.BreakGlass is { } breakGlass ? BreakGlass(analysis, rule, breakGlass) : []);

    private static IEnumerable<PolicyFinding> Hours(ElevationRule rule)
    {
        if (rule.Hours is { Days.Count: 0 })
        {
            yield return PolicyAnalysis.Error("policy.no-hours",
                $"The elevation rule of '{rule.Permission}' has ActiveHours on no day: they never come. Name the days that they begin on.");
        }
    }

    private static IEnumerable<PolicyFinding> Roles(PolicyAnalysis analysis, ElevationRule rule, string relation, IReadOnlyList<string> names, string unheld)
    {
        foreach (var name in names)
        {
            if (!analysis.Policy.TryGetRole(name, out _))
            {
                yield return PolicyAnalysis.Error("policy.unknown-role",
                    $"The elevation rule of '{rule.Permission}' {relation} '{name}', which there is not.{analysis.DidYouMeanRole(name)} Name a role.");
            }
            else if (!analysis.RolesFromElsewhere && analysis.PersonsWith(name, standing: false).Count == 0)
            {
                yield return PolicyAnalysis.Warning(unheld,
                    $"The elevation rule of '{rule.Permission}' {relation} '{name}', a role that nobody has. Assign it, or take it out of the rule.");
            }
        }
    }

    private static IEnumerable<PolicyFinding> BreakGlass(PolicyAnalysis analysis, ElevationRule rule, BreakGlassRule breakGlass)
    {
        if (breakGlass.Roles.Count == 0)
        {
            yield return PolicyAnalysis.Error("policy.no-breaker",
                $"The elevation rule of '{rule.Permission}' says BreakGlass of nobody. Name roles, or take it out.");
        }

        foreach (var finding in Roles(analysis, rule, "has BreakGlass for", breakGlass.Roles, "policy.unheld-breaker"))
        {
            yield return finding;
        }

        if (breakGlass.MaxDuration > rule.MaxDuration)
        {
            yield return PolicyAnalysis.Warning("policy.long-break-glass",
                $"The elevation rule of '{rule.Permission}' gives {breakGlass.MaxDuration:c} by BreakGlass, without approval, and {rule.MaxDuration:c} at most "
                + "with it. Shorten the one that nobody approves.");
        }

        if (IsUnreviewable(analysis, rule, breakGlass))
        {
            // P24: the review is somebody else's, and without it there is no next one.
            yield return PolicyAnalysis.Error("policy.unreviewable-break-glass",
                $"The elevation rule of '{rule.Permission}' has BreakGlass for the only person with a role that approves it: nobody else could review that "
                + "use. Assign a role that approves it to somebody else, too.");
        }
    }

    /// <summary>Where there is nobody at all, no quorum is reached, which is said already.</summary>
    private static bool IsUnreviewable(PolicyAnalysis analysis, ElevationRule rule, BreakGlassRule breakGlass)
    {
        var reviewers = rule.Approvals.SelectMany(approval => analysis.PersonsWith(approval.Role, standing: true)).ToHashSet(StringComparer.Ordinal);
        return !analysis.RolesFromElsewhere && reviewers.Count == 1 && reviewers.IsSubsetOf(analysis.PersonsWithAny(breakGlass.Roles));
    }
}
