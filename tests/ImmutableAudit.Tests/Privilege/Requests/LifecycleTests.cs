using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Requests;

/// <summary>A request from the first step to the last (PRIVILEGE.md P19 to P22), through the public API.</summary>
public sealed class LifecycleTests
{
    [Fact]
    public async Task Denied_requested_approved_by_two_done_under_the_grant_expired_and_denied_again()
    {
        await using var desk = await AccessDesk.OpenAsync();
        Assert.Contains("elevated", (await Assert.ThrowsAsync<AccessDeniedException>(() => desk.PurgeAsync("alice"))).Message, StringComparison.Ordinal);

        var request = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging(minutes: 10)));
        Assert.Equal(AccessRequestStatus.Pending, request.Status);
        Assert.Equal(RefusalCode.SelfApproval, (await desk.RefusedAsync("alice", requests => requests.ApproveAsync(request.Id))).Code);
        Assert.Equal(AccessRequestStatus.Pending, (await desk.AsAsync("sam", requests => requests.ApproveAsync(request.Id, "checked"))).Status);
        Assert.Equal(RefusalCode.AlreadyVoted, (await desk.RefusedAsync("sam", requests => requests.ApproveAsync(request.Id))).Code);
        Assert.Equal(RefusalCode.NotApproved, (await desk.RefusedAsync("alice", requests => requests.ActivateAsync(request.Id))).Code);
        Assert.Equal(AccessRequestStatus.Approved, (await desk.AsAsync("sue", requests => requests.ApproveAsync(request.Id))).Status);
        await Assert.ThrowsAsync<AccessDeniedException>(() => desk.PurgeAsync("alice"));

        var grant = await desk.AsAsync("alice", requests => requests.ActivateAsync(request.Id));
        Assert.Equal(AccessRequestStatus.Active, grant.Status);
        Assert.Equal(desk.Clock.GetUtcNow(), grant.Start);
        Assert.Equal(TimeSpan.FromMinutes(10), grant.Until - grant.Start);
        await desk.PurgeAsync("alice");
        await Assert.ThrowsAsync<AccessDeniedException>(() => desk.PurgeAsync("lena"));

        desk.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        await desk.PurgeAsync("alice");
        desk.Clock.Advance(TimeSpan.FromTicks(1));
        await Assert.ThrowsAsync<AccessDeniedException>(() => desk.PurgeAsync("alice"));
        Assert.Equal(2, desk.Shop.Inner.Calls);

        await desk.ToldAsync(request.Id, GrantTypes.Expired);
        var history = await desk.AsAsync("alice", requests => requests.ReadHistoryAsync(request.Id));
        Assert.Equal(
            ["grant.requested", "grant.approved", "grant.approved", "grant.activated", "grant.expired"], history.Select(entry => entry.Type), StringComparer.Ordinal);
        var uses = (await desk.Shop.SettledAsync()).Where(entry => entry.Type is "access.allowed" or "access.outcome" && entry.Event.Action == "IOrders.PurgeAsync").ToList();
        Assert.Equal(4, uses.Count);
        Assert.All(uses, entry => Assert.Equal(request.Id, entry.Event.Grant));
    }

    [Fact]
    public async Task What_is_refused_is_on_record_with_its_code()
    {
        await using var desk = await AccessDesk.OpenAsync();
        var request = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        var refusal = await desk.RefusedAsync("lena", requests => requests.ApproveAsync(request.Id));
        Assert.Equal((RefusalCode.NoRight, request.Id), (refusal.Code, refusal.Request));
        var entry = (await desk.Shop.SettledAsync("access.denied")).Single(entry => entry.Index == refusal.Entry);
        Assert.Equal(("lena", "IAccessRequests.ApproveAsync", "access.vote"), (entry.Event.Actor.Id, entry.Event.Action, entry.Permission));
        Assert.StartsWith("no-right: ", entry.Event.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_denial_ends_a_request()
    {
        await using var desk = await AccessDesk.OpenAsync();
        var request = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        await desk.AsAsync("sam", requests => requests.ApproveAsync(request.Id));
        Assert.Equal(AccessRequestStatus.Denied, (await desk.AsAsync("sue", requests => requests.DenyAsync(request.Id, "no"))).Status);
        Assert.Equal(RefusalCode.AlreadyOver, (await desk.RefusedAsync("sid", requests => requests.ApproveAsync(request.Id))).Code);
        Assert.Equal(RefusalCode.UnknownRequest, (await desk.RefusedAsync("sid", requests => requests.ApproveAsync(request.Id + 1))).Code);
        Assert.Equal(RefusalCode.UnknownRequest, (await desk.RefusedAsync("sid", requests => requests.ApproveAsync(-1))).Code);
        Assert.Equal(AccessRequestStatus.Denied, await desk.AsAsync("alice", requests => requests.WaitAsync(request.Id)));
    }

    [Fact]
    public async Task Revocation_ends_the_grant_and_cancels_what_runs_under_it()
    {
        await using var desk = await AccessDesk.OpenAsync();
        var grant = await desk.GrantAsync();
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        desk.Shop.Inner.DuringPurge = async token =>
        {
            running.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        };
        var purging = desk.PurgeAsync("alice");
        await running.Task.WaitAsync(Waiting.Limit);
        Assert.Equal(AccessRequestStatus.Revoked, (await desk.AsAsync("sid", requests => requests.RevokeAsync(grant.Id, "not now"))).Status);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => purging.WaitAsync(Waiting.Limit));
        await Assert.ThrowsAsync<AccessDeniedException>(() => desk.PurgeAsync("alice"));
        Assert.Equal(RefusalCode.AlreadyOver, (await desk.RefusedAsync("sid", requests => requests.RevokeAsync(grant.Id, "again"))).Code);
    }

    [Fact]
    public async Task Expiry_cancels_what_runs_under_the_grant()
    {
        await using var desk = await AccessDesk.OpenAsync();
        await desk.GrantAsync(minutes: 10);
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        desk.Shop.Inner.DuringPurge = async token =>
        {
            running.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        };
        var purging = desk.PurgeAsync("alice");
        await running.Task.WaitAsync(Waiting.Limit);
        desk.Clock.Advance(TimeSpan.FromMinutes(10));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => purging.WaitAsync(Waiting.Limit));
        var outcome = (await desk.Shop.SettledAsync("access.outcome")).Last();
        Assert.Equal("failure", outcome.Event.Outcome);
    }
}
