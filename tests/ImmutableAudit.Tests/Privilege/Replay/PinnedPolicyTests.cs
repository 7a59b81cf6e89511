using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Replay;

/// <summary>An auditor pins what he reviewed (PRIVILEGE.md P15).</summary>
public sealed class PinnedPolicyTests
{
    private readonly AccessLog _log = new();

    [Fact]
    public async Task Another_policy_from_the_reviewed_one_on_is_a_violation()
    {
        _log.Deploy(_log.PolicyOf(2));
        var third = _log.Deploy(_log.PolicyOf(3));
        var fourth = _log.Deploy(_log.PolicyOf(4));

        var report = await _log.ReplayAsync(DigestOf(2));

        Assert.Equal(
            [(AccessViolationKind.PolicyNotPinned, third.Index), (AccessViolationKind.PolicyNotPinned, fourth.Index)],
            report.Violations.Select(violation => (violation.Kind, Assert.Single(violation.Entries))));
        Assert.True((await _log.ReplayAsync(DigestOf(4))).Holds);
        Assert.True((await _log.ReplayAsync(DigestOf(2), DigestOf(3), DigestOf(4))).Holds);
        Assert.True((await _log.ReplayAsync()).Holds);
    }

    [Fact]
    public async Task Other_applications_are_not_concerned()
    {
        _log.Deploy(_log.PolicyOf(7, "bank"));

        Assert.True((await _log.ReplayAsync(DigestOf(1))).Holds);
    }

    [Fact]
    public async Task A_reviewed_policy_that_never_was_in_force_is_a_violation()
    {
        var report = await _log.ReplayAsync(DigestOf(1), DigestOf(2));

        var violation = Assert.Single(report.Violations);
        Assert.Equal((AccessViolationKind.PolicyNotPinned, 0), (violation.Kind, violation.Entries.Count));
        Assert.Contains(DigestOf(2).ToString(), violation.Text, StringComparison.Ordinal);
    }

    private PolicyDigest DigestOf(int version) => PolicyDocument.Of(_log.PolicyOf(version).Build()).Digest;
}
