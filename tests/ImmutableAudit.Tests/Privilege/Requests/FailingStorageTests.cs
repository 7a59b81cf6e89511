using ImmutableAudit.Privilege;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Testing;
using ImmutableAudit.Tests.Privilege.Guards;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Requests;

/// <summary>Storage that fails once, wherever: what was asked for is done whole or not at all, and asking again has one outcome.</summary>
public sealed class FailingStorageTests
{
    /// <summary>Most questions that storage is asked for one operation.</summary>
    private const int Questions = 10;

    /// <summary>What is done, by whom, as which entry, and what comes of it the second time.</summary>
    private static readonly Dictionary<string, Operation> Operations = new(StringComparer.Ordinal)
    {
        ["request"] = new("alice", GrantTypes.Requested, RefusalCode.AlreadyHeld, _ => Task.FromResult(0L), (desk, _) => desk.RequestAsync(AccessDesk.Purging())),
        ["request with a key"] = new("alice", GrantTypes.Requested, null, _ => Task.FromResult(0L), (desk, _) => desk.RequestAsync(AccessDesk.Purging(key: "k"))),
        ["break glass"] = new("alice", GrantTypes.BreakGlass, RefusalCode.Unreviewed, _ => Task.FromResult(0L), (desk, _) => desk.BreakGlassAsync(AccessDesk.Purging())),
        ["approve"] = new("sam", GrantTypes.Approved, RefusalCode.AlreadyVoted, RequestedAsync, (desk, id) => desk.ApproveAsync(id)),
        ["deny"] = new("sam", GrantTypes.Denied, RefusalCode.AlreadyOver, RequestedAsync, (desk, id) => desk.DenyAsync(id)),
        ["cancel"] = new("alice", GrantTypes.Cancelled, RefusalCode.AlreadyOver, RequestedAsync, (desk, id) => desk.CancelAsync(id)),
        ["activate"] = new("alice", GrantTypes.Activated, RefusalCode.NotApproved, ApprovedAsync, (desk, id) => desk.ActivateAsync(id)),
        ["relinquish"] = new("alice", GrantTypes.Relinquished, RefusalCode.AlreadyOver, ActivatedAsync, (desk, id) => desk.RelinquishAsync(id)),
        ["revoke"] = new("sid", GrantTypes.Revoked, RefusalCode.AlreadyOver, ActivatedAsync, (desk, id) => desk.RevokeAsync(id, "enough")),
        ["review"] = new("sam", GrantTypes.Reviewed, RefusalCode.AlreadyReviewed, BrokenAsync, (desk, id) => desk.ReviewAsync(id, true, "burning")),
    };

    public static TheoryData<string, bool> Commits
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (var name in Operations.Keys)
            {
                cases.Add(name, true);
                cases.Add(name, false);
            }

            return cases;
        }
    }

    public static TheoryData<string> Names => [.. Operations.Keys];

    [Theory]
    [MemberData(nameof(Commits))]
    public async Task A_commit_that_fails_is_done_or_not_done(string name, bool takesEffect)
    {
        var operation = Operations[name];
        var sink = new InterceptedSink(new InMemorySink());
        await using var shop = await OpenAsync(sink);
        var requests = new AccessRequests(shop.Guard);
        var id = await operation.Prepare(requests);
        using var scope = GuardedShop.As(operation.Subject);
        if (takesEffect)
        {
            sink.Completed = () =>
            {
                sink.Completed = null;
                throw new IOException("Storage failed.");
            };
        }
        else
        {
            sink.Completing = _ =>
            {
                sink.Completing = null;
                throw new IOException("Storage failed.");
            };
        }

        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(async () => await operation.Act(requests, id));
        Assert.Equal(takesEffect, await AgainAsync(shop, requests, operation, id));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Whatever_storage_does_not_answer_it_is_done_or_not_done(string name)
    {
        var operation = Operations[name];
        var isDone = new HashSet<bool>();
        for (var question = 0; question < Questions; question++)
        {
            var sink = new InterceptedSink(new InMemorySink());
            await using var shop = await OpenAsync(sink);
            var requests = new AccessRequests(shop.Guard);
            var id = await operation.Prepare(requests);
            using var scope = GuardedShop.As(operation.Subject);
            var left = question;
            sink.Asking = () =>
            {
                if (Interlocked.Decrement(ref left) == -1)
                {
                    throw new IOException("Storage failed.");
                }
            };
            try
            {
                await operation.Act(requests, id);
                sink.Asking = null;
                isDone.Add(true);
                Assert.True(await IsDoneAsync(shop, operation));
            }
            catch (Exception e) when (e is AuditUnavailableException or AuditOutcomeUnknownException)
            {
                sink.Asking = null;
                isDone.Add(await AgainAsync(shop, requests, operation, id));
            }
        }

        Assert.Equal(2, isDone.Count);
    }

    private static Task<GuardedShop> OpenAsync(InterceptedSink sink) => GuardedShop.OpenAsync(
        AccessDesk.Policy(rule => rule.BreakGlass(TimeSpan.FromMinutes(15), "lead")),
        configure: options => (options.Sink, options.TimeProvider) = (sink, new TestClock()));

    /// <summary>Does it again, once storage is back.</summary>
    /// <returns>Whether it was done the first time.</returns>
    private static async Task<bool> AgainAsync(GuardedShop shop, AccessRequests requests, Operation operation, long id)
    {
        await Waiting.ForAsync(() => shop.Log.Privileged.AcceptsAppends, "storage is back");
        var wasDone = await IsDoneAsync(shop, operation);
        if (wasDone && operation.Again is { } code)
        {
            Assert.Equal(code, (await Assert.ThrowsAsync<AccessRequestException>(async () => await operation.Act(requests, id))).Code);
        }
        else
        {
            await operation.Act(requests, id);
        }

        Assert.True(await IsDoneAsync(shop, operation));
        return wasDone;
    }

    private static async Task<bool> IsDoneAsync(GuardedShop shop, Operation operation)
    {
        var entries = (await shop.EntriesAsync(GrantTypes.Prefix)).Where(entry => entry.Type == operation.Type && entry.Event.Actor.Id == operation.Subject).ToList();
        Assert.True(entries.Count <= 1);
        return entries.Count == 1;
    }

    private static async Task<long> RequestedAsync(IAccessRequests desk)
    {
        using var scope = GuardedShop.As("alice");
        return (await desk.RequestAsync(AccessDesk.Purging())).Id;
    }

    private static async Task<long> ApprovedAsync(IAccessRequests desk)
    {
        var id = await RequestedAsync(desk);
        foreach (var approver in new[] { "sue", "sid" })
        {
            using var scope = GuardedShop.As(approver);
            await desk.ApproveAsync(id);
        }

        return id;
    }

    private static async Task<long> ActivatedAsync(IAccessRequests desk)
    {
        var id = await ApprovedAsync(desk);
        using var scope = GuardedShop.As("alice");
        return (await desk.ActivateAsync(id)).Id;
    }

    private static async Task<long> BrokenAsync(IAccessRequests desk)
    {
        using var scope = GuardedShop.As("alice");
        return (await desk.BreakGlassAsync(AccessDesk.Purging())).Id;
    }

    /// <summary>Something that people do.</summary>
    /// <param name="Subject">Who.</param>
    /// <param name="Type">The entry's type.</param>
    /// <param name="Again">The code by which it is refused when it was done before; none where it then is the same.</param>
    /// <param name="Prepare">What must be there, and its id.</param>
    /// <param name="Act">Does it.</param>
    private sealed record Operation(string Subject, string Type, string? Again, Func<IAccessRequests, Task<long>> Prepare, Func<IAccessRequests, long, ValueTask<AccessRequest>> Act);
}
