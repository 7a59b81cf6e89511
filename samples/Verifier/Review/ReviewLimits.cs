namespace ImmutableAudit.Verifier.Review;

/// <summary>What a review cannot know, said with every review.</summary>
internal static class ReviewLimits
{
    public static IEnumerable<string> Of(AccessReview review)
    {
        yield return "Entries are taken at their word: that each decision and each grant was right by the policy is not shown here; that takes replaying them.";
        yield return "Who holds what is said by the last policy in the period; what was held by an earlier one and used shows as used, and as not held.";
        yield return "Roles that others than the policy assert are known of subjects that called within the period, and only then: somebody who never called may have more.";
        yield return "Only what goes through guards is in the log. Use around them, and under another log, is not seen.";
        yield return $"Uses of permissions at level DenialsOnly, and floods of equal denials, are recorded as counts at intervals ({review.Counted} so): a run that breaks off "
            + "loses the counts of one interval at most, a minute unless the host set another; so never used may mean used shortly before a crash.";
        yield return $"Of {review.Sessions.Opened} runs on record {review.Sessions.NotClosed} did not say that they ended: they went on at the end of the period, or broke off.";
        yield return "A smallest role covers what was used in the period. What is needed once a year is not in it unless the period is as long.";
        if (review.Unreadable > 0)
        {
            yield return $"{review.Unreadable} entries of the log are no events that this version can read, and count for nothing here.";
        }

        if (review.Policies.Unreadable.Count > 0)
        {
            yield return $"Policies could not be read in entries {string.Join(", ", review.Policies.Unreadable.Take(10))}: of their applications nobody's holdings are known.";
        }

        if (review.Policies.Count == 0)
        {
            yield return "No policy is in the log by the end of the period, so that nobody's holdings are known.";
        }
    }
}
