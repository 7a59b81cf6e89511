namespace ImmutableAudit.Privilege;

/// <summary>Can the persons that there are approve, all roles of a rule together? Nobody counts for two of them (PRIVILEGE.md P20).</summary>
internal static class QuorumChecks
{
    /// <summary>What is found of a rule's roles together.</summary>
    /// <param name="analysis">The policy.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="ofEach">What is found of each role by itself, which is more precise.</param>
    public static IEnumerable<PolicyFinding> Of(PolicyAnalysis analysis, ElevationRule rule, IReadOnlyCollection<PolicyFinding> ofEach)
    {
        if (ofEach.Any(finding => finding.Severity == FindingSeverity.Error))
            return [];

        return analysis.RolesFromElsewhere ? Keys(analysis, rule) : Together(analysis, rule, stuck: ofEach.Count > 0);
    }

    /// <summary>Whoever has a key may have every role by somebody else's word; who has none cannot vote.</summary>
    private static IEnumerable<PolicyFinding> Keys(PolicyAnalysis analysis, ElevationRule rule)
    {
        var needed = rule.Approvals.Sum(approval => (long)approval.Quorum);
        var persons = analysis.Policy.VoteKeys.Select(key => analysis.PersonOf(key.Subject)).Distinct(StringComparer.Ordinal).Count();
        if (rule.SignedVotes && persons < needed)
        {
            yield return TooFewKeys(rule, $"{needed} persons, and {persons} have a vote key");
        }
    }

    private static IEnumerable<PolicyFinding> Together(PolicyAnalysis analysis, ElevationRule rule, bool stuck)
    {
        var voters = Voters(analysis, rule, withKey: false);
        if (!Reached(rule, voters))
        {
            yield return PolicyAnalysis.Error("policy.quorum-too-large",
                $"The elevation rule of '{rule.Permission}' needs {Needed(rule)}, and nobody counts for two roles: too few distinct persons have them "
                + $"standing ({voters.Count} in all). Assign the roles to more persons, or lower the quorums.");
            yield break;
        }

        if (rule.SignedVotes && !Reached(rule, voters = Voters(analysis, rule, withKey: true)))
        {
            yield return TooFewKeys(rule, $"{Needed(rule)}, and {voters.Count} of those who may approve have a vote key");
            yield break;
        }

        if (stuck)
            yield break;

        var requesters = analysis.PersonsWithAny(rule.RequestableBy);
        if (Stuck(rule, voters, requesters) is > 0 and var count)
        {
            // P20: never the requester's own vote.
            yield return PolicyAnalysis.Warning("policy.quorum-without-requester",
                $"The elevation rule of '{rule.Permission}' needs {Needed(rule)}; {count} of those who may ask are among those whose votes that takes, "
                + $"and cannot approve their own request. Assign the roles to more persons{(rule.SignedVotes ? ", each with a vote key" : "")}.");
        }
        else if (rule.SeparateApprovers && !Reached(rule, voters.Where(voter => !requesters.Contains(voter.Key))))
        {
            yield return PolicyAnalysis.Warning("policy.approvers-are-requesters",
                $"The elevation rule of '{rule.Permission}' says SeparateApprovers, and needs votes of those who may ask themselves: who has asked cannot "
                + "vote, who has voted cannot ask. Assign the approving roles to more persons who may not ask.");
        }
    }

    /// <summary>How many of those who may ask would never find enough others.</summary>
    private static int Stuck(ElevationRule rule, Dictionary<string, List<string>> voters, IReadOnlySet<string> requesters)
    {
        // Of those with the same roles one stands for all.
        return voters.Where(voter => requesters.Contains(voter.Key)).GroupBy(voter => string.Join('\0', voter.Value), StringComparer.Ordinal)
            .Where(alike => alike.First().Key is var one && !Reached(rule, voters.Where(voter => voter.Key != one)))
            .Sum(alike => alike.Count());
    }

    private static bool Reached(ElevationRule rule, IEnumerable<KeyValuePair<string, List<string>>> voters) =>
        Quorum.IsReached(rule.Approvals, [.. voters.Select(voter => voter.Value)]);

    /// <summary>Each person with the rule's roles that it has, by whichever account.</summary>
    private static Dictionary<string, List<string>> Voters(PolicyAnalysis analysis, ElevationRule rule, bool withKey)
    {
        var voters = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var role in rule.Approvals.Select(approval => approval.Role))
        {
            foreach (var person in analysis.PersonsWith(role, standing: true, withKey))
            {
                if (!voters.TryGetValue(person, out var roles))
                {
                    voters[person] = roles = [];
                }

                roles.Add(role);
            }
        }

        return voters;
    }

    private static PolicyFinding TooFewKeys(ElevationRule rule, string needed) => PolicyAnalysis.Error("policy.too-few-vote-keys",
        $"The elevation rule of '{rule.Permission}' says SignedVotes and needs {needed}. Name the others' keys with VoteKey.");

    private static string Needed(ElevationRule rule) =>
        string.Join(" and ", rule.Approvals.Select(approval => $"{approval.Quorum} persons with the role '{approval.Role}'"));
}
