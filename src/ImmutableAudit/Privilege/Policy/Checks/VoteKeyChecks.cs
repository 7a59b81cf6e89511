namespace ImmutableAudit.Privilege;

/// <summary>Does each vote key say who signed?</summary>
internal static class VoteKeyChecks
{
    public static IEnumerable<PolicyFinding> Of(PolicyAnalysis analysis) =>
        from keys in analysis.Policy.VoteKeys.GroupBy(key => key.Text, StringComparer.Ordinal)
        where keys.Select(key => analysis.PersonOf(key.Subject)).Distinct(StringComparer.Ordinal).Skip(1).Any()
        select PolicyAnalysis.Error("policy.shared-vote-key",
            $"The subjects {string.Join(", ", keys.Take(5).Select(key => key.Subject))} have the same vote key, and are not known to be one person: its "
            + "signature would not say whose vote it is. Give each person a key of its own.");
}
