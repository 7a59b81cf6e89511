namespace ImmutableAudit.Privilege;

/// <summary>Is each role assigned to somebody real, and nobody given too much?</summary>
internal static class AssignmentChecks
{
    /// <summary>Of fewer permissions than these, it says nothing that somebody holds all.</summary>
    private const int FewPermissions = 4;

    public static IEnumerable<PolicyFinding> Of(PolicyAnalysis analysis) =>
        analysis.Policy.Assignments.SelectMany(Subjects)
            .Concat(Unknown(analysis))
            .Concat(Conflicts(analysis))
            .Concat(AllPowerful(analysis));

    private static IEnumerable<PolicyFinding> Subjects(RoleAssignment assignment)
    {
        foreach (var (what, text) in new[] { ("id", assignment.Id), ("issuer", assignment.Issuer), ("person", assignment.Person) })
        {
            if (text is not null && PolicyText.FindObscurity(text) is { } fault)
            {
                yield return PolicyAnalysis.Error("policy.malformed-subject",
                    $"The {what} of the subject {assignment.Key} {fault}: it looks like another that it is not. Assign the {what} as its issuer spells it.");
            }
        }

        if (assignment.Id.Contains('@', StringComparison.Ordinal))
        {
            yield return PolicyAnalysis.Warning("policy.personal-subject",
                $"The subject {assignment.Key} looks like a mail address, which the log can never forget, and which changes hands. Use the issuer's own "
                + "opaque id.");
        }
    }

    private static IEnumerable<PolicyFinding> Unknown(PolicyAnalysis analysis) =>
        from assignment in analysis.Policy.Assignments
        from name in assignment.Roles
        where !analysis.Policy.TryGetRole(name, out _)
        select PolicyAnalysis.Error("policy.unknown-role",
            $"The subject {assignment.Key} has the role '{name}', which there is not.{analysis.DidYouMeanRole(name)} Define it, or take the assignment out.");

    private static IEnumerable<PolicyFinding> Conflicts(PolicyAnalysis analysis)
    {
        if (analysis.Policy.Separations.Count == 0)
            yield break;

        foreach (var accounts in analysis.Policy.Assignments.GroupBy(PolicyAnalysis.PersonOf, StringComparer.Ordinal))
        {
            var held = analysis.Closure(accounts.SelectMany(account => account.Roles), standing: false).Select(role => role.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var duties in analysis.Policy.Separations)
            {
                var together = duties.Roles.Where(held.Contains).ToList();
                if (together.Count > 1)
                {
                    yield return PolicyAnalysis.Error("policy.conflicting-duties",
                        $"{Who([.. accounts])} the roles '{string.Join("', '", together)}', inclusion counted, which one person may not hold together. Take "
                        + "all but one away.");
                }
            }
        }
    }

    private static string Who(List<RoleAssignment> accounts) => accounts.Count == 1
        ? $"The subject {accounts[0].Key} has"
        : $"The accounts {string.Join(", ", accounts.Take(5).Select(account => account.Key))} of the person '{Printable.Of(accounts[0].Person)}' have";

    private static IEnumerable<PolicyFinding> AllPowerful(PolicyAnalysis analysis)
    {
        var standing = analysis.Catalogue.Where(definition => !analysis.IsElevated(definition.Permission)).Select(definition => definition.Permission).ToList();
        if (standing.Count < FewPermissions)
            return [];

        // Many subjects have the same roles.
        var known = new Dictionary<string, bool>(StringComparer.Ordinal);
        return analysis.Policy.Assignments.Where(HasAll).Select(assignment => PolicyAnalysis.Warning("policy.all-powerful",
            $"The subject {assignment.Key} holds every permission that is not elevated ({standing.Count} of them) by its roles "
            + $"'{string.Join("', '", assignment.Roles.Take(10))}'. Give it what it needs, or make the powerful ones elevated."));

        bool HasAll(RoleAssignment assignment)
        {
            var key = string.Join('\0', assignment.Roles);
            if (!known.TryGetValue(key, out var all))
            {
                var held = analysis.Closure(assignment.Roles, standing: true).SelectMany(role => role.Permissions)
                    .Where(permission => permission.Resource is null).Select(permission => permission.Permission).ToHashSet(StringComparer.Ordinal);
                known[key] = all = standing.TrueForAll(held.Contains);
            }

            return all;
        }
    }
}
