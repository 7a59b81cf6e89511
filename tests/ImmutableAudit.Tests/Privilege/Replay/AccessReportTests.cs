using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Replay;

public sealed class AccessReportTests
{
    [Fact]
    public async Task It_lists_what_rests_on_whose_word()
    {
        var log = new AccessLog();
        var request = log.Request("alice", AccessLog.Rotate);
        log.Vote(AccessLog.Subject("bob"), request, signed: true);
        log.Approve("carol", log.Request("alice"));
        var asserted = new AccessSubject(new AuditSubject { Id = "zoe" }, new AssertedRole("clerk", "https://idp.example"), new AssertedRole("unknown", "elsewhere"));
        log.End(log.Append(log.Decision(true, asserted, AccessLog.Refund)));
        log.Allow("alice", AccessLog.Note);
        log.Deny("nobody", AccessLog.Refund, "no-subject: there is none.");
        log.Deny("bob", "access.vote", "already-voted: once is enough.");
        log.Append(log.Decision(true, AccessLog.Subject("alice"), AccessLog.Read) with { Type = AccessTypes.Summary, Privilege = new() { Permission = AccessLog.Read } });

        var report = await log.ReplayAsync();

        Assert.True(report.Holds, string.Join('\n', report.Violations));
        Assert.Equal((1, 1), (report.VotesSigned, report.VotesAsserted));
        Assert.Equal([new RoleSource(null, 5), new RoleSource("https://idp.example", 1)], report.RoleSources);
        Assert.Equal((2, 0, 2, 1, 1, 1), (report.Allowed, report.AllowedByGrant, report.Denied, report.DeniedForOtherCauses, report.RefusedOperations, report.Summaries));
        var policy = Assert.Single(report.Policies);
        Assert.Equal((log.Policy.Index, "shop", 1, "s-1"), (policy.Index, policy.Application, policy.Version, policy.Session));
        Assert.Equal(PolicyDocument.Of(log.PolicyOf(1).Build()).Digest.ToString(), policy.Digest);
    }

    [Fact]
    public async Task An_outcome_is_unknown_where_its_session_did_not_close()
    {
        var log = new AccessLog();
        log.Allow("alice", AccessLog.Refund);
        log.Allow("alice", AccessLog.Note);
        log.Session = "s-2";
        log.Open();
        log.Act("alice", AccessLog.Refund);
        log.Close();

        var report = await log.ReplayAsync();

        Assert.True(report.Holds, string.Join('\n', report.Violations));
        Assert.Equal((1, 1), (report.OutcomesUnknown, report.Outcomes));
        Assert.Equal([new ReplayedSession("s-1", 0, null, 2, 1), new ReplayedSession("s-2", 4, 7, 1, 0)], report.Sessions);
    }

    [Fact]
    public async Task An_outcome_may_come_twice_and_where_none_is_owed()
    {
        // An append that failed and took effect is tried again with the same id (LOG.md L10).
        var log = new AccessLog();
        var decision = log.Allow("alice", AccessLog.Refund);
        var outcome = AccessLog.OutcomeOf(decision) with { Id = Guid.CreateVersion7(log.Now) };
        log.Append(outcome);
        log.Append(outcome);
        log.End(log.Allow("alice", AccessLog.Note));
        log.Close();

        Assert.True((await log.ReplayAsync()).Holds);
    }

    [Theory]
    [InlineData("unknown-permission: the host knows it not.")]
    [InlineData("elevated: the host takes it for elevated.")]
    [InlineData("malformed-resource: too long.")]
    [InlineData("decision-failed: it threw.")]
    [InlineData("clock-behind: by an hour.")]
    public async Task A_denial_for_a_cause_of_the_hosts_own_is_counted(string reason)
    {
        var log = new AccessLog();
        log.Deny("alice", AccessLog.Refund, reason);

        var report = await log.ReplayAsync();

        Assert.Equal((true, 1), (report.Holds, report.DeniedForOtherCauses));
    }

    [Fact]
    public async Task What_rests_on_an_entry_without_effect_is_reported_by_itself()
    {
        var log = new AccessLog();
        var request = log.Request("alice");
        log.Approve("bob", request);
        var selfish = log.Approve("alice2", request);
        var activated = log.Activate("alice", request);
        var act = log.Act("alice", AccessLog.Purge, request);

        var report = await log.ReplayAsync();

        Assert.Equal(
            [(AccessViolationKind.SelfApproval, selfish.Index), (AccessViolationKind.GrantWithoutQuorum, activated.Index), (AccessViolationKind.ElevatedWithoutGrant, act.Index)],
            report.Violations.Select(violation => (violation.Kind, violation.Entries[^1])));
    }

    [Fact]
    public async Task Only_the_first_of_many_violations_are_kept()
    {
        var log = new AccessLog();
        for (var i = 0; i < AccessReport.MaxViolations + 10; i++)
        {
            log.Deny("alice", AccessLog.Refund);
        }

        var report = await log.ReplayAsync();

        Assert.Equal((AccessReport.MaxViolations, AccessReport.MaxViolations + 10), (report.Violations.Count, report.ViolationCount));
        Assert.Equal(log.Policy.Index + 1, report.Violations[0].Entries[^1]);
        Assert.Equal(AccessReport.MaxViolations + 10, report.ViolationsByKind[AccessViolationKind.DecisionNotYielded]);
    }

    [Fact]
    public void Entries_come_in_order_and_not_after_the_report()
    {
        var replay = new AccessReplay();
        var entries = new AccessLog().Bytes.Select((bytes, index) => AuditEntry.Decode(index, bytes)).ToList();

        Assert.Throws<ArgumentException>(() => replay.Add(entries[1]));
        Assert.Throws<ArgumentException>(() => replay.AddUnreadable(1));
        replay.Add(entries[0]);
        Assert.Throws<ArgumentException>(() => replay.Add(entries[0]));
        Assert.Same(replay.Complete(), replay.Complete());
        Assert.Throws<InvalidOperationException>(() => replay.Add(entries[1]));
        Assert.Equal(1, replay.Entries);
    }
}
