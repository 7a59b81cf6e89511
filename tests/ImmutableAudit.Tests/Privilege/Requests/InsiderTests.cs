using ImmutableAudit.Privilege;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Privilege.Guards;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Requests;

/// <summary>Somebody looks for a way to power that others have not agreed to.</summary>
public sealed class InsiderTests
{
    /// <summary>A policy of another application on the same log, in which one vote of an accomplice gives everything.</summary>
    private static Action<AccessPolicyBuilder> Sandbox => policy => policy
        .Application("sandbox")
        .Version(1)
        .Role("player", role => role.Eligible())
        .Role("accomplice", role => role.ApprovesElevation())
        .Elevation([Permissions.Purge, AuditPermissions.DeployPolicy], rule => rule.RequestableBy("player").ApprovedBy("accomplice").MaxDuration(TimeSpan.FromHours(8)))
        .Permission(AuditPermissions.DeployPolicy, elevated: true)
        .Assign("alice", "player").Assign("mallory", "accomplice");

    [Fact]
    public async Task A_grant_of_one_application_is_none_in_another()
    {
        await using var shop = await AccessDesk.OpenAsync();
        await using var sandbox = await shop.BesideAsync(Sandbox);
        var request = await sandbox.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging(60)));
        await sandbox.AsAsync("mallory", requests => requests.ApproveAsync(request.Id));
        await sandbox.AsAsync("alice", requests => requests.ActivateAsync(request.Id));
        await sandbox.PurgeAsync("alice");
        await Assert.ThrowsAsync<AccessDeniedException>(() => shop.PurgeAsync("alice"));
        Assert.Equal(RefusalCode.UnknownRequest, (await shop.RefusedAsync("sam", requests => requests.RevokeAsync(request.Id, "whose?"))).Code);
    }

    [Fact]
    public async Task A_policy_is_not_deployed_under_another_applications_grant()
    {
        await using var shop = await AccessDesk.OpenAsync(AccessDesk.PolicyUnderGrant(1));
        await using var sandbox = await shop.BesideAsync(Sandbox);
        await using var renewed = await shop.BesideAsync(AccessDesk.PolicyUnderGrant(2));
        var rejected = (await renewed.Shop.SettledAsync("policy.rejected")).Single();
        var request = await sandbox.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Deploying(rejected)));
        await sandbox.AsAsync("mallory", requests => requests.ApproveAsync(request.Id));
        await sandbox.AsAsync("alice", requests => requests.ActivateAsync(request.Id));

        // The host that comes with the new policy has seen the grant by then.
        await Assert.ThrowsAsync<AccessDeniedException>(() => renewed.PurgeAsync("alice"));
        await using var again = await shop.BesideAsync(AccessDesk.PolicyUnderGrant(2));
        Assert.DoesNotContain(
            await again.Shop.SettledAsync("policy.deployed"), entry => entry.Event.Actor.Id == "shop" && entry.Event.Details!.ToString().Contains("\"version\":2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_approved_for_somebody_acting_for_another_is_not_its_own()
    {
        await using var desk = await AccessDesk.OpenAsync(AccessDesk.Policy(more: policy => policy.Assign("job", "lead")));
        var chain = new AuditSubject { Id = "job", OnBehalfOf = new AuditSubject { Id = "alice" } };
        AccessRequest request;
        using (SubjectScope.Enter(chain))
        {
            request = await desk.Requests.RequestAsync(AccessDesk.Purging());
        }

        await desk.AsAsync("sam", requests => requests.ApproveAsync(request.Id));
        await desk.AsAsync("sue", requests => requests.ApproveAsync(request.Id));
        Assert.Equal(RefusalCode.NotYours, (await desk.RefusedAsync("job", requests => requests.ActivateAsync(request.Id))).Code);
        Assert.Equal(RefusalCode.NotYours, (await desk.RefusedAsync("alice", requests => requests.ActivateAsync(request.Id))).Code);
        using (SubjectScope.Enter(chain))
        {
            await desk.Requests.ActivateAsync(request.Id);
        }

        await Assert.ThrowsAsync<AccessDeniedException>(() => desk.PurgeAsync("job"));
        await Assert.ThrowsAsync<AccessDeniedException>(() => desk.PurgeAsync("alice"));

        // Each link needs the permission; alice has asked for hers.
        await desk.GrantAsync("alice");
        using (SubjectScope.Enter(chain))
        {
            await desk.Shop.Orders.PurgeAsync(default);
        }
    }

    [Fact]
    public async Task Who_only_acts_through_the_same_job_sees_nothing_of_what_was_asked_for_another()
    {
        await using var desk = await AccessDesk.OpenAsync(AccessDesk.Policy(more: policy => policy.Assign("job", "lead").Assign("nightjob", "lead")));
        var id = (await AsAsync(["job", "alice"], async () => await desk.Requests.RequestAsync(AccessDesk.Purging()))).Id;
        foreach (string[] chain in new[] { new[] { "job", "lena" }, ["job"], ["job", "alice", "lena"] })
        {
            await Assert.ThrowsAsync<AccessDeniedException>(() => AsAsync(chain, async () => await desk.Requests.ReadHistoryAsync(id)));
            Assert.Equal(
                RefusalCode.NotYours, (await Assert.ThrowsAsync<AccessRequestException>(() => AsAsync(chain, async () => await desk.Requests.WaitAsync(id)))).Code);
        }

        foreach (string[] chain in new[] { new[] { "job", "alice" }, ["alice"], ["nightjob", "alice"], ["sam"] })
        {
            Assert.Single(await AsAsync(chain, async () => await desk.Requests.ReadHistoryAsync(id)));
        }

        await AsAsync(["job", "alice"], async () => await desk.Requests.CancelAsync(id));
        Assert.Equal(AccessRequestStatus.Cancelled, await AsAsync(["alice"], async () => await desk.Requests.WaitAsync(id)));
        await Assert.ThrowsAsync<AccessDeniedException>(() => AsAsync(["job", "lena"], async () => await desk.Requests.WaitAsync(id)));

        static async Task<T> AsAsync<T>(string[] chain, Func<Task<T>> act)
        {
            using var scope = SubjectScope.Enter(chain.Reverse().Aggregate((AuditSubject?)null, (principal, link) => new AuditSubject { Id = link, OnBehalfOf = principal })!);
            return await act();
        }
    }

    [Fact]
    public async Task A_policy_that_fails_to_be_deployed_under_its_grant_is_refused_once()
    {
        Action<AccessPolicyBuilder> Guarding(int version, string role) => AccessDesk.PolicyUnderGrant(version, policy => policy.Role(role, _ => { }));
        await using var old = await AccessDesk.OpenAsync(Guarding(1, "first"));
        var role = "second";
        await using var renewed = await old.BesideAsync(policy => Guarding(role == "broken" ? 1 : 2, role)(policy));
        var rejected = (await renewed.Shop.SettledAsync("policy.rejected")).Single();
        role = "broken";        // What is deployed later has the version in force and another content.
        var request = await old.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Deploying(rejected)));
        await old.AsAsync("sam", requests => requests.ApproveAsync(request.Id));
        await renewed.AsAsync("alice", requests => requests.ActivateAsync(request.Id));
        await foreach (var entry in renewed.Shop.Log.FollowAsync())
        {
            if (entry.Type == "policy.rejected" && entry.Index > request.Id)
            {
                break;
            }
        }

        for (var i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<AccessDeniedException>(() => renewed.PurgeAsync("alice"));
        }

        Assert.Equal(2, (await renewed.Shop.SettledAsync("policy.rejected")).Count);
    }

    [Fact]
    public async Task A_policy_whose_deployment_storage_was_not_ready_for_is_deployed_under_the_same_grant_later()
    {
        using var logs = new TestLogs();
        var store = new InMemoryStore();
        var sink = new InterceptedSink(new InMemorySink(store));
        await using var old = await AccessDesk.OpenAsync(AccessDesk.PolicyUnderGrant(1), store, logs: logs);
        await using var renewed = await GuardedShop.OnAsync(
            await logs.OpenInMemoryAsync(configure: options => (options.Sink, options.TimeProvider) = (sink, old.Clock)), AccessDesk.PolicyUnderGrant(2));
        var rejected = (await renewed.SettledAsync("policy.rejected")).Single();
        var attempts = 0;
        sink.Completing = batch => batch.Entries.Span.IndexOf("policy.deployed"u8) >= 0 && Interlocked.Increment(ref attempts) <= 3
            ? throw new AuditUnavailableException("The journal is full.") : new((CommitOutcome?)null);
        var request = await old.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Deploying(rejected)));
        await old.AsAsync("sam", requests => requests.ApproveAsync(request.Id));
        await old.AsAsync("alice", requests => requests.ActivateAsync(request.Id));
        using var limit = new CancellationTokenSource(Waiting.Limit);
        while ((await renewed.EntriesAsync("policy.deployed")).Count < 2)
        {
            old.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, limit.Token);
        }

        Assert.Equal(request.Id, (await renewed.EntriesAsync("policy.deployed"))[^1].Event.Grant);
        Assert.Equal(4, attempts);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_ends_what_runs_under_a_grant()
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
        desk.Clock.Set(grant.Start!.Value - TimeSpan.FromMinutes(1));
        desk.Clock.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => purging.WaitAsync(Waiting.Limit));
    }
}
