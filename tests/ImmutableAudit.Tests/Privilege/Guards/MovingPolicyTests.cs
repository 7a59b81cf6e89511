using ImmutableAudit.Privilege;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>Another writer changes the policy while calls are under way (PRIVILEGE.md P1).</summary>
public sealed class MovingPolicyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_permission_taken_away_before_the_decision_has_its_index_is_gone(bool isBlocking)
    {
        const int Changes = 5;
        var store = new InMemoryStore();
        var sink = new InterceptedSink(new InMemorySink(store));
        using var logs = new TestLogs();
        await using var other = await logs.OpenInMemoryAsync(store);
        await using var shop = await GuardedShop.OnAsync(await logs.OpenInMemoryAsync(configure: options => options.Sink = sink));
        var commits = 0;
        sink.Completing = async _ =>
        {
            if (++commits <= Changes)
            {
                await DeployAsync(other, 1 + commits, allows: commits < Changes);
            }

            return null;
        };
        using (GuardedShop.As("alice"))
        {
            var denied = await Assert.ThrowsAsync<AccessDeniedException>(() =>
                isBlocking ? Task.Run(() => shop.Orders.Count()) : shop.Orders.RefundAsync("o-1", 1, "c"));
            Assert.NotNull(denied.Entry);
        }

        // Each attempt came as far as the policy let it: no more of them than changes.
        Assert.Equal(Changes + 1, commits);
        Assert.Equal(0, shop.Inner.Calls);
        Assert.Equal(["access.denied"], Decisions(await StoredEntries.OfAsync(store)).Select(decision => decision.Type), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_denial_is_on_record_though_its_caller_gives_up_and_the_policy_moves(bool isBlocking)
    {
        var store = new InMemoryStore();
        var sink = new InterceptedSink(new InMemorySink(store));
        using var logs = new TestLogs();
        await using var other = await logs.OpenInMemoryAsync(store);
        await using var shop = await GuardedShop.OnAsync(await logs.OpenInMemoryAsync(configure: options => options.Sink = sink));
        var guard = shop.Guard.For(new GuardRule("IOrders.RefundAsync", Permissions.Refund));
        var requests = new AccessRequests(shop.Guard);
        var version = 1;
        using var scope = GuardedShop.As("rita");
        Assert.NotNull((await Assert.ThrowsAsync<AccessDeniedException>(() => GivingUpAsync(CallAsync))).Entry);
        Assert.NotNull((await Assert.ThrowsAsync<AccessRequestException>(() => GivingUpAsync(AskAsync))).Entry);
        Assert.Equal(3, version);

        async Task CallAsync(CancellationToken token)
        {
            var call = isBlocking ? await Task.Run(() => guard.Enter(CallArguments.Of(), token), CancellationToken.None) : await guard.EnterAsync(CallArguments.Of(), token);
            call.Succeed();
        }

        async Task AskAsync(CancellationToken token) => await requests.RequestAsync(new() { Permissions = [Permissions.Purge], Duration = TimeSpan.FromMinutes(1) }, token);

        async Task GivingUpAsync(Func<CancellationToken, Task> act)
        {
            using var giving = new CancellationTokenSource();
            sink.Completing = async _ =>
            {
                sink.Completing = null;
                await giving.CancelAsync();
                await DeployAsync(other, ++version, allows: false);
                return null;
            };
            await act(giving.Token);
        }
    }

    [Fact]
    public async Task Who_gives_up_is_not_allowed_what_the_next_policy_would_allow()
    {
        var store = new InMemoryStore();
        var sink = new InterceptedSink(new InMemorySink(store));
        using var logs = new TestLogs();
        await using var other = await logs.OpenInMemoryAsync(store);
        await using var shop = await GuardedShop.OnAsync(await logs.OpenInMemoryAsync(configure: options => options.Sink = sink));
        using var scope = GuardedShop.As("alice");
        await DeployAsync(other, 2, allows: false);
        await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.RefundAsync("o-1", 1, "c"));
        using var giving = new CancellationTokenSource();
        sink.Completing = async _ =>
        {
            sink.Completing = null;
            await giving.CancelAsync();
            await DeployAsync(other, 3, allows: true);
            return null;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => shop.Orders.RefundAsync("o-1", 1, "c", giving.Token));
        Assert.Equal(0, shop.Inner.Calls);
        Assert.Equal(["access.denied"], Decisions(await StoredEntries.OfAsync(store)).Select(decision => decision.Type), StringComparer.Ordinal);
    }

    [Fact]
    public async Task No_decision_lands_on_a_basis_that_had_moved()
    {
        const int Versions = 24;
        var store = new InMemoryStore();
        using var logs = new TestLogs();
        await using var other = await logs.OpenInMemoryAsync(store);
        await using var shop = await GuardedShop.OnAsync(await logs.OpenInMemoryAsync(store));
        var isOver = false;
        var (allowed, denied) = (0, 0);
        var callers = Enumerable.Range(0, 6).Select(number => Task.Run(async () =>
        {
            using var scope = GuardedShop.As("alice");
            while (!Volatile.Read(ref isOver))
            {
                try
                {
                    await (number % 2 == 0 ? shop.Orders.RefundAsync($"o-{number}", 1, "c") : Task.FromResult(shop.Orders.Count()));
                    Interlocked.Increment(ref allowed);
                }
                catch (AccessDeniedException)
                {
                    Interlocked.Increment(ref denied);
                }
            }
        })).ToList();
        for (var version = 2; version <= Versions; version++)
        {
            var calls = allowed + denied;
            await DeployAsync(other, version, allows: version % 2 == 1);
            await Waiting.ForAsync(() => Volatile.Read(ref allowed) + Volatile.Read(ref denied) > calls, "a call after the change");
        }

        Volatile.Write(ref isOver, true);
        await Task.WhenAll(callers);
        await shop.Guard.DisposeAsync();
        await shop.Log.FlushAsync();
        Assert.Equal(allowed, shop.Inner.Calls);

        var entries = await StoredEntries.OfAsync(store);
        var policies = entries.Where(entry => entry.Type == "policy.deployed").ToDictionary(entry => entry.Index, entry => entry.Event.Details!.Root.GetProperty("version").GetInt32());
        Assert.Equal(Versions, policies.Count);
        var basis = -1L;
        var policy = -1L;
        foreach (var entry in entries)
        {
            if (entry.Prev is not null)
            {
                basis = entry.Index;
                policy = entry.Type == "policy.deployed" ? entry.Index : policy;
            }
            else if (entry.Type is "access.allowed" or "access.denied")
            {
                Assert.Equal((basis, policy), (entry.Basis, entry.Policy));
                Assert.Equal(policies[policy] % 2 == 1, entry.Type == "access.allowed");
            }
        }

        Assert.Equal(allowed, entries.Count(entry => entry.Type == "access.allowed"));
        Assert.Equal(allowed, entries.Count(entry => entry.Type == "access.outcome"));
    }

    [Fact]
    public async Task Use_that_is_only_counted_ends_with_the_next_decision_on_record()
    {
        var store = new InMemoryStore();
        using var logs = new TestLogs();
        await using var other = await logs.OpenInMemoryAsync(store);
        await using var shop = await GuardedShop.OnAsync(await logs.OpenInMemoryAsync(store));
        using var scope = GuardedShop.As("alice");
        await shop.Orders.ReadAsync("o");
        await DeployAsync(other, 2, allows: false);
        await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.RefundAsync("o", 1, "c"));
        await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.ReadAsync("o"));
        Assert.Equal(1, shop.Inner.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_nobody_can_follow_the_log_nothing_runs(bool isEnding)
    {
        var store = new InMemoryStore();
        var sink = new InterceptedSink(new InMemorySink(store));
        using var logs = new TestLogs();
        await using var other = await logs.OpenInMemoryAsync(store);
        await using var shop = await GuardedShop.OnAsync(await logs.OpenInMemoryAsync(configure: options => options.Sink = sink));
        sink.Completing = async _ =>
        {
            sink.Completing = null;
            if (isEnding)
            {
                await DeployAsync(other, 2, allows: true);

                // What comes first when a guard is disposed. The rest waits for commits, and this is within one.
                shop.Guard.Services.Engine.Dispose();
            }
            else
            {
                await other.Privileged.AppendAsync(TestLogs.Event(1) with { Type = "policy.of-the-future" });
            }

            return null;
        };
        using (GuardedShop.As("alice"))
        {
            await Assert.ThrowsAsync<AuditUnavailableException>(() => shop.Orders.RefundAsync("o-1", 1, "c"));
            await Assert.ThrowsAsync<AuditUnavailableException>(() => Task.Run(() => shop.Orders.Count()));
        }

        Assert.Equal(0, shop.Inner.Calls);
        Assert.Empty(Decisions(await StoredEntries.OfAsync(store)));
    }

    private static IEnumerable<AuditEntry> Decisions(IEnumerable<AuditEntry> entries) => entries.Where(entry => entry.Type is "access.allowed" or "access.denied");

    private static async Task DeployAsync(AuditLog log, int version, bool allows)
    {
        await using var guard = await AccessGuard.OpenAsync(log, GuardedShop.CatalogueOf(typeof(IOrders)), policy =>
        {
            policy.Application("shop").Version(version).Role("clerk", role => role.Allow(Permissions.Note)).Assign("alice", "clerk");
            if (allows)
            {
                policy.Role("refunder", role => role.Allow(Permissions.Refund).Allow(Permissions.Count)).Assign("alice", "refunder");
            }
        });
    }
}
