using System.Numerics;

namespace ImmutableAudit.Privilege;

/// <summary>
/// Whether votes are enough (PRIVILEGE.md P20). Who votes with several roles counts for one of them only, for whichever it
/// helps.
/// </summary>
public static class Quorum
{
    /// <summary>Most approval rules of one elevation: 8.</summary>
    public const int MaxRules = 8;

    /// <summary>
    /// Whether the persons can be shared out among the rules so that each has its quorum. What no policy in force says, no rules
    /// or a quorum below 1, is never reached.
    /// </summary>
    /// <param name="approvals">The rules, one for each role; at most <see cref="MaxRules"/>.</param>
    /// <param name="persons">Of each distinct person the roles that it has voted with; others than those of the rules do not count.</param>
    /// <exception cref="ArgumentException">There are more rules.</exception>
    public static bool IsReached(IReadOnlyList<ApprovalRule> approvals, IReadOnlyList<IReadOnlyCollection<string>> persons)
    {
        ArgumentNullException.ThrowIfNull(approvals);
        ArgumentNullException.ThrowIfNull(persons);
        if (approvals.Count > MaxRules)
        {
            throw new ArgumentException($"There are {approvals.Count} approval rules; there may be {MaxRules}.", nameof(approvals));
        }

        if (approvals.Count == 0 || approvals.Any(approval => approval.Quorum < 1))
            return false;

        // Hall's theorem: there is such a sharing out exactly if any rules together find as many persons as they need together.
        var personsWith = new int[1 << approvals.Count];
        foreach (var roles in persons)
        {
            personsWith[Mask(approvals, roles)]++;
        }

        for (var rules = 1; rules < personsWith.Length; rules++)
        {
            if (Held(personsWith, rules) < Needed(approvals, rules))
                return false;
        }

        return true;
    }

    private static int Mask(IReadOnlyList<ApprovalRule> approvals, IReadOnlyCollection<string> roles)
    {
        var mask = 0;
        for (var i = 0; i < approvals.Count; i++)
        {
            mask |= roles.Contains(approvals[i].Role, StringComparer.Ordinal) ? 1 << i : 0;
        }

        return mask;
    }

    private static long Held(int[] personsWith, int rules)
    {
        var held = 0L;
        for (var mask = 1; mask < personsWith.Length; mask++)
        {
            held += (mask & rules) != 0 ? personsWith[mask] : 0;
        }

        return held;
    }

    private static long Needed(IReadOnlyList<ApprovalRule> approvals, int rules)
    {
        var needed = 0L;
        for (var left = (uint)rules; left != 0; left &= left - 1)
        {
            needed += approvals[BitOperations.TrailingZeroCount(left)].Quorum;
        }

        return needed;
    }
}
