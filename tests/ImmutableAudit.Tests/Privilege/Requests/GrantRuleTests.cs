using System.Security.Cryptography;
using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Privilege.Guards;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Requests;

/// <summary>What an elevation rule can say, each shown once (PRIVILEGE.md P15, P17, P21 to P25).</summary>
public sealed class GrantRuleTests
{
    [Fact]
    public async Task Break_glass_holds_at_once_and_the_next_waits_for_a_review_by_somebody_else()
    {
        await using var desk = await AccessDesk.OpenAsync(AccessDesk.Policy(rule => rule.BreakGlass(TimeSpan.FromMinutes(5), "lead")));
        Assert.Equal(RefusalCode.ReasonRequired, (await desk.RefusedAsync("alice", requests => requests.BreakGlassAsync(AccessDesk.Purging(5, reason: null)))).Code);
        Assert.Equal(RefusalCode.Duration, (await desk.RefusedAsync("alice", requests => requests.BreakGlassAsync(AccessDesk.Purging(6)))).Code);
        Assert.Equal(RefusalCode.NotEligible, (await desk.RefusedAsync("sam", requests => requests.BreakGlassAsync(AccessDesk.Purging(5)))).Code);
        var taken = await desk.AsAsync("alice", requests => requests.BreakGlassAsync(AccessDesk.Purging(5)));
        Assert.Equal((AccessRequestStatus.Active, true, false), (taken.Status, taken.IsBreakGlass, taken.IsReviewed));
        await desk.PurgeAsync("alice");
        Assert.Equal([taken.Id], (await desk.AsAsync("sam", requests => requests.ListPendingAsync())).Select(request => request.Id));

        desk.Clock.Advance(TimeSpan.FromMinutes(5));
        await desk.ToldAsync(taken.Id, GrantTypes.Expired);
        Assert.Equal(RefusalCode.Unreviewed, (await desk.RefusedAsync("alice", requests => requests.BreakGlassAsync(AccessDesk.Purging(5)))).Code);
        await desk.AsAsync("lena", requests => requests.BreakGlassAsync(AccessDesk.Purging(5)));
        Assert.Equal(RefusalCode.SelfApproval, (await desk.RefusedAsync("alice", requests => requests.ReviewAsync(taken.Id, true, "fine"))).Code);
        Assert.Equal(RefusalCode.NoRight, (await desk.RefusedAsync("lena", requests => requests.ReviewAsync(taken.Id, true, "fine"))).Code);
        Assert.True((await desk.AsAsync("sam", requests => requests.ReviewAsync(taken.Id, true, "fine"))).IsReviewed);
        await desk.AsAsync("alice", requests => requests.BreakGlassAsync(AccessDesk.Purging(5)));
        Assert.Equal(RefusalCode.AlreadyOver, (await desk.RefusedAsync("sam", requests => requests.ReviewAsync(taken.Id, true, "again"))).Code);
    }

    [Fact]
    public async Task Hours_end_a_grant_and_keep_it_from_beginning()
    {
        await using var desk = await AccessDesk.OpenAsync(AccessDesk.Policy(rule => rule
            .ActivateWithin(TimeSpan.FromHours(12))
            .ActiveHours(TimeSpan.Zero, new TimeOnly(8, 0), new TimeOnly(12, 0), DayOfWeek.Thursday)));     // The clock begins on a Thursday, at midnight.
        var request = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging(30)));
        await desk.AsAsync("sam", requests => requests.ApproveAsync(request.Id));
        await desk.AsAsync("sue", requests => requests.ApproveAsync(request.Id));
        desk.Clock.Advance(TimeSpan.FromHours(7.9));
        Assert.Equal(RefusalCode.OutsideHours, (await desk.RefusedAsync("alice", requests => requests.ActivateAsync(request.Id))).Code);
        desk.Clock.Advance(TimeSpan.FromHours(3.85));
        Assert.Equal(TimeSpan.FromMinutes(15), (await desk.AsAsync("alice", requests => requests.ActivateAsync(request.Id))) is var grant ? grant.Until - grant.Start : null);
    }

    [Fact]
    public async Task Whom_a_policy_comes_to_know_for_one_person_has_not_voted_on_its_own_request()
    {
        await using var desk = await AccessDesk.OpenAsync(AccessDesk.Policy(more: policy => policy.Assign("alice2", "security")));
        var pending = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        await desk.AsAsync("alice2", requests => requests.ApproveAsync(pending.Id));
        var second = await desk.AsAsync("lena", requests => requests.RequestAsync(AccessDesk.Purging()));
        await desk.AsAsync("sam", requests => requests.ApproveAsync(second.Id));
        await desk.AsAsync("sue", requests => requests.ApproveAsync(second.Id));
        await desk.AsAsync("lena", requests => requests.ActivateAsync(second.Id));

        await using var next = await desk.BesideAsync(AccessDesk.Policy(
            more: policy => policy
                .Assign(new AuditSubject { Id = "alice", Person = "A" }, "lead").Assign(new AuditSubject { Id = "alice2", Person = "A" }, "security")
                .Assign(new AuditSubject { Id = "sam", Person = "S" }, "security").Assign(new AuditSubject { Id = "sue", Person = "S" }, "security"),
            version: 2));
        Assert.Equal(AccessRequestStatus.Pending, (await next.AsAsync("sam", requests => requests.ApproveAsync(pending.Id))).Status);
        Assert.Equal(RefusalCode.NotApproved, (await next.RefusedAsync("alice", requests => requests.ActivateAsync(pending.Id))).Code);
        Assert.Equal(AccessRequestStatus.Approved, (await next.AsAsync("sid", requests => requests.ApproveAsync(pending.Id))).Status);

        // The grant by two votes of one person has ended with the policy that knows so.
        await Assert.ThrowsAsync<AccessDeniedException>(() => next.PurgeAsync("lena"));
        await next.ToldAsync(second.Id, GrantTypes.Revoked);
    }

    [Fact]
    public async Task A_vote_from_before_votes_were_to_be_signed_does_not_count_and_keeps_nobody_else_from_signing()
    {
        using var sams = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var sues = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var desk = await AccessDesk.OpenAsync(AccessDesk.Policy());
        var request = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        await desk.AsAsync("sid", requests => requests.ApproveAsync(request.Id));
        await using var next = await desk.BesideAsync(AccessDesk.Policy(
            rule => rule.SignedVotes(),
            policy => policy.VoteKey(new AuditSubject { Id = "sam" }, sams.ExportSubjectPublicKeyInfo()).VoteKey(new AuditSubject { Id = "sue" }, sues.ExportSubjectPublicKeyInfo()),
            version: 2));
        Assert.Equal(AccessRequestStatus.Pending, (await next.AsAsync("sam", requests => requests.ApproveAsync(request.Id, proof: Signed(sams)))).Status);
        Assert.Equal(AccessRequestStatus.Approved, (await next.AsAsync("sue", requests => requests.ApproveAsync(request.Id, proof: Signed(sues)))).Status);

        VoteProof Signed(ECDsa key) => VoteProof.Sign(key, request.Leaf, approves: true);
    }

    [Fact]
    public async Task A_permission_that_is_named_twice_hides_no_others()
    {
        await using var desk = await AccessDesk.OpenAsync();
        var names = Enumerable.Range(0, 40).Select(i => $"many.p{i}").Prepend("many.p0").ToArray();
        Assert.Equal(RefusalCode.Malformed, (await desk.RefusedAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging() with { Permissions = names }))).Code);
    }

    [Fact]
    public async Task Where_the_guard_has_ended_nothing_is_done_and_that_is_said()
    {
        var desk = await AccessDesk.OpenAsync();
        await desk.DisposeAsync();
        await Assert.ThrowsAsync<AuditUnavailableException>(() => desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging())));
        await Assert.ThrowsAsync<AuditUnavailableException>(() => desk.AsAsync("sam", requests => requests.ListPendingAsync()));
    }

    [Fact]
    public async Task A_pending_request_lapses_and_that_is_told()
    {
        await using var desk = await AccessDesk.OpenAsync(AccessDesk.Policy(rule => rule.PendingFor(TimeSpan.FromHours(1))));
        var request = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        var waiting = desk.AsAsync("alice", requests => requests.WaitAsync(request.Id));
        desk.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(AccessRequestStatus.Lapsed, await waiting.WaitAsync(Waiting.Limit));
        await desk.ToldAsync(request.Id, GrantTypes.Lapsed);
        Assert.Equal(RefusalCode.AlreadyOver, (await desk.RefusedAsync("sam", requests => requests.ApproveAsync(request.Id))).Code);
    }

    [Fact]
    public async Task A_vote_can_take_the_approvers_own_signature()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var desk = await AccessDesk.OpenAsync(AccessDesk.Policy(
            rule => rule.SignedVotes(),
            policy => policy.VoteKey(new AuditSubject { Id = "sam" }, key.ExportSubjectPublicKeyInfo()).VoteKey(new AuditSubject { Id = "sue" }, other.ExportSubjectPublicKeyInfo())));
        var request = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        Assert.Equal(RefusalCode.SignatureRequired, (await desk.RefusedAsync("sam", requests => requests.ApproveAsync(request.Id))).Code);
        var denial = VoteProof.Sign(key, request.Leaf, approves: false);
        Assert.Equal(RefusalCode.SignatureInvalid, (await desk.RefusedAsync("sam", requests => requests.ApproveAsync(request.Id, proof: denial))).Code);
        var others = VoteProof.Sign(other, request.Leaf, approves: true);
        Assert.Equal(RefusalCode.SignatureInvalid, (await desk.RefusedAsync("sam", requests => requests.ApproveAsync(request.Id, proof: others))).Code);
        await desk.AsAsync("sam", requests => requests.ApproveAsync(request.Id, proof: VoteProof.Sign(key, request.Leaf, approves: true)));
        Assert.Equal(AccessRequestStatus.Approved, (await desk.AsAsync("sue", requests => requests.ApproveAsync(request.Id, proof: others))).Status);
    }

    [Fact]
    public async Task Who_approves_for_others_has_none_at_the_same_time()
    {
        await using var desk = await AccessDesk.OpenAsync(AccessDesk.Policy(
            rule => rule.SeparateApprovers().RequestableBy("security"), policy => policy.Assign("saul", "security")));
        var first = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        await desk.AsAsync("sam", requests => requests.ApproveAsync(first.Id));
        Assert.Equal(RefusalCode.SeparateApprovers, (await desk.RefusedAsync("sam", requests => requests.RequestAsync(AccessDesk.Purging()))).Code);
        var second = await desk.AsAsync("sue", requests => requests.RequestAsync(AccessDesk.Purging()));
        Assert.Equal(RefusalCode.SeparateApprovers, (await desk.RefusedAsync("sue", requests => requests.ApproveAsync(first.Id))).Code);
        Assert.Equal(AccessRequestStatus.Cancelled, (await desk.AsAsync("alice", requests => requests.CancelAsync(first.Id))).Status);
        await desk.AsAsync("sam", requests => requests.ApproveAsync(second.Id));
    }

    [Fact]
    public async Task A_policy_that_no_longer_permits_it_ends_a_live_grant()
    {
        await using var old = await AccessDesk.OpenAsync();
        var grant = await old.GrantAsync();
        var pending = await old.AsAsync("lena", requests => requests.RequestAsync(AccessDesk.Purging()));
        await old.PurgeAsync("alice");

        // A rolling deployment: the new host's policy takes effect for the old one, too.
        await using var renewed = await old.BesideAsync(AccessDesk.Policy(rule => rule.MaxDuration(TimeSpan.FromMinutes(9)), version: 2));
        await Assert.ThrowsAsync<AccessDeniedException>(() => old.PurgeAsync("alice"));
        await Assert.ThrowsAsync<AccessDeniedException>(() => renewed.PurgeAsync("alice"));
        await renewed.ToldAsync(grant.Id, GrantTypes.Revoked);
        await renewed.ToldAsync(pending.Id, GrantTypes.Lapsed);
        var end = (await renewed.AsAsync("alice", requests => requests.ReadHistoryAsync(grant.Id)))[^1];
        Assert.Equal(("privilege", "{\"cause\":\"policy\"}"), (end.Event.Actor.Id, end.Event.Details!.ToString()));
    }

    [Fact]
    public async Task A_policy_can_demand_a_grant_for_the_next_one()
    {
        await using var old = await AccessDesk.OpenAsync(AccessDesk.PolicyUnderGrant(1));
        await using var renewed = await old.BesideAsync(AccessDesk.PolicyUnderGrant(2));
        var waits = (await renewed.Shop.SettledAsync("policy.")).Last();
        Assert.Single(await renewed.Shop.SettledAsync("policy.deployed"));
        Assert.Equal("policy.rejected", waits.Type);
        var request = await old.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Deploying(waits)));
        await old.AsAsync("sam", requests => requests.ApproveAsync(request.Id));
        await renewed.AsAsync("alice", requests => requests.ActivateAsync(request.Id));
        await foreach (var entry in renewed.Shop.Log.FollowAsync())
        {
            if (entry.Type == "policy.deployed" && entry.Event.Details!.ToString().Contains("\"version\":2", StringComparison.Ordinal))
            {
                Assert.Equal(request.Id, entry.Event.Grant);
                break;
            }
        }
    }

    [Fact]
    public async Task A_clock_that_is_set_back_stands_still_and_then_counts_for_nothing()
    {
        await using var desk = await AccessDesk.OpenAsync();
        var grant = await desk.GrantAsync();
        desk.Clock.Set(grant.Start!.Value - TimeSpan.FromSeconds(5));
        await desk.PurgeAsync("alice");
        desk.Clock.Set(grant.Start!.Value - TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        var denied = await Assert.ThrowsAsync<AccessDeniedException>(() => desk.PurgeAsync("alice"));
        Assert.Contains("clock", denied.Message, StringComparison.Ordinal);
        desk.Clock.Set(grant.Start!.Value);
        await desk.PurgeAsync("alice");
    }

    [Fact]
    public async Task Another_host_of_the_same_log_goes_by_what_this_one_appends()
    {
        await using var here = await AccessDesk.OpenAsync();
        await using var there = await here.BesideAsync();
        var request = await here.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        var waiting = there.AsAsync("alice", requests => requests.WaitAsync(request.Id));
        await there.AsAsync("sam", requests => requests.ApproveAsync(request.Id));
        await here.AsAsync("sue", requests => requests.ApproveAsync(request.Id));
        var decided = Waiting.ForAsync(() => waiting.IsCompleted, "the other host to follow");
        while (!decided.IsCompleted)
        {
            here.Clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }

        Assert.Equal(AccessRequestStatus.Approved, await waiting);
        await there.AsAsync("alice", requests => requests.ActivateAsync(request.Id));
        await here.PurgeAsync("alice");
        await here.AsAsync("sid", requests => requests.RevokeAsync(request.Id, "over"));
        await Assert.ThrowsAsync<AccessDeniedException>(() => there.PurgeAsync("alice"));
    }

    [Fact]
    public async Task Changes_are_told_to_who_may_read_the_log()
    {
        await using var desk = await AccessDesk.OpenAsync();
        await Assert.ThrowsAsync<AccessDeniedException>(async () =>
        {
            using var scope = GuardedShop.As("alice");
            await foreach (var _ in desk.Requests.WatchAsync())
            {
                Assert.Fail("Nothing is told to her.");
            }
        });

        IAsyncEnumerator<AccessChange> changes;
        using (GuardedShop.As("sam"))
        {
            changes = desk.Requests.WatchAsync().GetAsyncEnumerator();
        }

        await using var ended = changes;
        var next = changes.MoveNextAsync();
        var request = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        Assert.True(await next.AsTask().WaitAsync(Waiting.Limit));
        Assert.Equal((request.Id, "grant.requested", "alice"), (changes.Current.Request, changes.Current.Type, changes.Current.Entry.Event.Actor.Id));
    }
}
