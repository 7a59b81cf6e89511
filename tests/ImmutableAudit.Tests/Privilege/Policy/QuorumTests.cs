using FsCheck.Fluent;
using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Policy;

public sealed class QuorumTests
{
    [Fact]
    public void It_is_reached_exactly_where_the_persons_can_be_shared_out() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), number =>
        {
            var random = Seeded.Random(number);
            ApprovalRule[] approvals = [.. Enumerable.Range(0, 1 + random.Next(4)).Select(role => new ApprovalRule($"r{role}", 1 + random.Next(3)))];
            IReadOnlyCollection<string>[] persons =
            [
                .. Enumerable.Range(0, random.Next(8)).Select(_ => Enumerable.Range(0, 5).Where(_ => random.Next(2) == 0).Select(role => $"r{role}").ToArray()),
            ];
            Assert.Equal(CanShareOut([.. approvals.Select(approval => approval.Quorum)], approvals, persons), Quorum.IsReached(approvals, persons));
        }).CheckSeeded(cases: 1000);

    [Theory]
    [InlineData("a1", "a", true)]
    [InlineData("a1", "b", false)]
    [InlineData("a1", "A", false)]
    [InlineData("a1", "", false)]
    [InlineData("a2", "a|a", true)]
    [InlineData("a2", "aa|", false)]
    [InlineData("a2", "a|a|a", true)]
    [InlineData("a1 b1", "ab", false)]
    [InlineData("a1 b1", "ab|a", true)]
    [InlineData("a1 b1", "ab|ab", true)]
    [InlineData("a2 b1", "ab|ab", false)]
    [InlineData("a1 b1 c1", "a|a|abc", false)]
    [InlineData("a1 b1 c1", "ab|bc|ac", true)]
    [InlineData("", "a", false)]
    [InlineData("a0", "a", false)]
    [InlineData("a0", "", false)]
    [InlineData("a1 b-1", "a|b", false)]
    [InlineData("a2147483647 b2147483647", "a|b", false)]
    public void Nobody_counts_for_two_roles(string rules, string persons, bool reached) => Assert.Equal(reached, Quorum.IsReached(
        [.. rules.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(rule => new ApprovalRule(rule[..1], int.Parse(rule[1..])))],
        [.. persons.Split('|').Select(person => person.Select(role => role.ToString()).ToArray())]));

    [Fact]
    public void There_are_at_most_eight_rules()
    {
        ApprovalRule[] rules = [.. Enumerable.Range(0, 9).Select(role => new ApprovalRule($"r{role}", 1))];
        string[][] persons = [.. Enumerable.Range(0, 8).Select(_ => rules.Select(rule => rule.Role).ToArray())];
        Assert.True(Quorum.IsReached(rules[..8], persons));
        Assert.False(Quorum.IsReached(rules[..8], persons[..7]));
        Assert.Throws<ArgumentException>(() => Quorum.IsReached(rules, persons));
    }

    /// <summary>Tries every way.</summary>
    private static bool CanShareOut(int[] needed, ApprovalRule[] approvals, ReadOnlySpan<IReadOnlyCollection<string>> persons)
    {
        if (Array.TrueForAll(needed, quorum => quorum <= 0))
            return true;

        if (persons.IsEmpty)
            return false;

        for (var i = 0; i < approvals.Length; i++)
        {
            if (persons[0].Contains(approvals[i].Role, StringComparer.Ordinal) && CanShareOut([.. needed.Select((quorum, rule) => rule == i ? quorum - 1 : quorum)], approvals, persons[1..]))
                return true;
        }

        return CanShareOut(needed, approvals, persons[1..]);
    }
}
