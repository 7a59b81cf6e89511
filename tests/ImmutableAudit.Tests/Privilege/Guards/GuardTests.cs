using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>What a guard lets through, and what it puts on record (PRIVILEGE.md P1 to P7).</summary>
public sealed class GuardTests
{
    [Fact]
    public async Task What_is_allowed_runs_between_its_decision_and_its_outcome()
    {
        await using var shop = await GuardedShop.OpenAsync(options: new() { SensitiveValueKey = new byte[32] });
        var during = new List<string>();
        shop.Inner.During = async _ => during.AddRange((await shop.EntriesAsync()).Select(entry => entry.Type));
        using (GuardedShop.As("alice"))
        {
            await shop.Orders.RefundAsync("o-1", 12.5m, "4111");
        }

        Assert.Equal(["access.allowed"], during, StringComparer.Ordinal);
        var entries = await shop.SettledAsync();
        Assert.Equal(["access.allowed", "access.outcome"], entries.Select(entry => entry.Type), StringComparer.Ordinal);
        var decision = entries[0];
        Assert.Equal("alice", decision.Event.Actor.Id);
        Assert.Equal("IOrders.RefundAsync", decision.Event.Action);
        Assert.Equal(Permissions.Refund, decision.Permission);
        Assert.Equal(new AuditResource { Type = "order", Id = "o-1" }, decision.Event.Resource);
        Assert.Equal("allowed", decision.Event.Outcome);
        Assert.Equal(["clerk"], decision.Roles!.Select(role => role.Role), StringComparer.Ordinal);
        Assert.Equal("12.5", decision.Event.Details!.Root.GetProperty("amount").GetRawText());
        Assert.StartsWith("hmac-sha256:", decision.Event.Details.Root.GetProperty("card").GetString());
        Assert.Equal(decision.Policy, decision.Basis);
        var outcome = entries[1];
        Assert.Equal("success", outcome.Event.Outcome);
        Assert.Equal(decision.Index, outcome.Event.Ref!.Index);
        Assert.Equal(decision.Event.Session, outcome.Event.Session);
        Assert.NotNull(decision.Event.Session);
    }

    [Theory]
    [InlineData("rita")]
    [InlineData("nobody-knows")]
    public async Task What_is_denied_does_not_run_and_is_on_record(string subject)
    {
        await using var shop = await GuardedShop.OpenAsync();
        using (GuardedShop.As(subject))
        {
            var denied = await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.RefundAsync("o-1", 1, "c"));
            Assert.Equal(Permissions.Refund, denied.Permission);
            var entry = Assert.Single(await shop.SettledAsync());
            Assert.Equal("access.denied", entry.Type);
            Assert.Equal(denied.Entry, entry.Index);
            Assert.Equal(subject, entry.Event.Actor.Id);
            Assert.Equal("denied", entry.Event.Outcome);
            Assert.Contains(DenialCode.NotGranted, entry.Event.Reason, StringComparison.Ordinal);
        }

        Assert.Equal(0, shop.Inner.Calls);
    }

    [Fact]
    public async Task Without_a_subject_nothing_runs()
    {
        await using var shop = await GuardedShop.OpenAsync();
        await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.ReadAsync("o-1"));
        Assert.Throws<AccessDeniedException>(() => shop.Orders.Count());
        await Assert.ThrowsAsync<AccessDeniedException>(async () => await shop.Orders.ListAsync(1).GetAsyncEnumerator().MoveNextAsync());
        Assert.True(shop.Orders.IsOpen());
        Assert.Equal(0, shop.Inner.Calls);
        Assert.All(await shop.SettledAsync(), entry => Assert.Contains(DenialCode.NoSubject, entry.Event.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_a_failure_only_the_type_is_on_record()
    {
        await using var shop = await GuardedShop.OpenAsync();
        shop.Inner.During = _ => throw new InvalidOperationException("the secret");
        using (GuardedShop.As("alice"))
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => shop.Orders.RefundAsync("o-1", 1, "c"));
        }

        var outcome = (await shop.SettledAsync())[^1];
        Assert.Equal("failure", outcome.Event.Outcome);
        Assert.Equal("System.InvalidOperationException", outcome.Event.Reason);
        Assert.DoesNotContain("secret", System.Text.Encoding.UTF8.GetString(outcome.Bytes.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Use_that_is_only_counted_is_summed_up()
    {
        var shop = await GuardedShop.OpenAsync();
        using (GuardedShop.As("rita"))
        {
            for (var i = 0; i < 5; i++)
            {
                await shop.Orders.ReadAsync("o-1");
            }

            Assert.Empty(await shop.SettledAsync());
        }

        await shop.Guard.DisposeAsync();
        var summary = Assert.Single(await shop.SettledAsync());
        Assert.Equal("access.summary", summary.Type);
        Assert.Equal("rita", summary.Event.Actor.Id);
        Assert.Equal(Permissions.Read, summary.Permission);
        Assert.Equal(5, summary.Event.Details!.Root.GetProperty("count").GetInt64());
        await shop.DisposeAsync();
    }

    [Fact]
    public async Task A_flood_of_equal_denials_is_counted()
    {
        var shop = await GuardedShop.OpenAsync(options: new() { DenialsRecordedEach = 3 });
        using (GuardedShop.As("rita"))
        {
            for (var i = 0; i < 10; i++)
            {
                await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.RefundAsync("o-1", i, "c"));
            }

            await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.RefundAsync("o-2", 1, "c"));
        }

        await shop.Guard.DisposeAsync();
        var entries = await shop.SettledAsync();
        Assert.Equal(4, entries.Count(entry => entry.Type == "access.denied"));
        var summary = entries.Single(entry => entry.Type == "access.summary");
        Assert.Equal(7, summary.Event.Details!.Root.GetProperty("count").GetInt64());
        Assert.Equal("denied", summary.Event.Outcome);
        Assert.Equal(0, shop.Inner.Calls);
        await shop.DisposeAsync();
    }

    [Theory]
    [InlineData(Permissions.Read, "access.allowed")]
    [InlineData(Permissions.Refund, "access.denied")]
    public async Task What_is_decided_while_the_guard_is_disposed_of_is_recorded_by_itself_as_nobody_would_write_the_count_down(string permission, string recorded)
    {
        var clock = new InterruptedClock();
        await using var shop = await GuardedShop.OpenAsync(
            options: new() { DenialsRecordedEach = 1 }, configure: options => options.TimeProvider = clock);
        using var scope = GuardedShop.As("rita");
        await Record.ExceptionAsync(() => DemandAsync());
        var before = (await shop.SettledAsync()).Count;

        // Between what is in force and the count: of two calls, as the first denial of an interval is recorded anyway.
        var second = Task.CompletedTask;
        clock.Interrupt = () =>
        {
            clock.Interrupt = shop.Guard.Dispose;
            second = Record.ExceptionAsync(() => DemandAsync());
        };
        await Record.ExceptionAsync(() => DemandAsync());
        await second;
        var entries = await shop.SettledAsync();
        Assert.Equal(2, entries.Skip(before).Count(entry => entry.Type == recorded));

        // A denial may be counted besides (PRIVILEGE.md P7), use may not.
        Assert.InRange(entries.Sum(Count), 3, permission == Permissions.Read ? 3 : 5);
        await Assert.ThrowsAsync<AuditUnavailableException>(() => DemandAsync());

        async Task DemandAsync() => await (await shop.Guard.DemandAsync(permission)).DisposeAsync();
        static long Count(AuditEntry entry) => entry.Type == "access.summary" ? entry.Event.Details!.Root.GetProperty("count").GetInt64() : 1;
    }

    [Fact]
    public async Task What_can_be_disposed_of_asynchronously_only_still_is_where_it_was_tried_otherwise_before()
    {
        await using var shop = await GuardedShop.OpenAsync();
        var inner = new AsynchronousAlone();
        var target = new GuardTarget<AsynchronousAlone>(inner, shop.Guard);
        for (var i = 0; i < 2; i++)
        {
            Assert.Throws<InvalidOperationException>(target.Dispose);
        }

        await target.DisposeAsync();
        await target.DisposeAsync();
        target.Dispose();
        Assert.Equal(1, inner.Disposals);
    }

    [Fact]
    public async Task A_role_limited_to_a_resource_reaches_no_other()
    {
        await using var shop = await GuardedShop.OpenAsync();
        using (GuardedShop.As("olga"))
        {
            await shop.Orders.RefundAsync("o-7", 1, "c");
            await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.RefundAsync("o-8", 1, "c"));
            await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.RefundAsync("O-7", 1, "c"));
            await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.RefundAsync(null!, 1, "c"));
        }

        Assert.Equal(1, shop.Inner.Calls);
    }

    [Fact]
    public async Task An_elevated_permission_takes_a_grant()
    {
        await using var shop = await GuardedShop.OpenAsync();
        using (GuardedShop.As("alice"))
        {
            await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.PurgeAsync(default));
        }

        Assert.Contains(DenialCode.Elevated, (await shop.SettledAsync())[0].Event.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_is_decided_before_its_first_element_for_who_called()
    {
        await using var shop = await GuardedShop.OpenAsync();
        IAsyncEnumerable<int> stream;
        using (GuardedShop.As("alice"))
        {
            stream = shop.Orders.ListAsync(3);
            Assert.Empty(await shop.SettledAsync());
        }

        var elements = new List<int>();
        await foreach (var element in stream)
        {
            elements.Add(element);
        }

        Assert.Equal([0, 1, 2], elements);
        Assert.Equal(["allowed", "success"], (await shop.SettledAsync()).Select(entry => entry.Event.Outcome), StringComparer.Ordinal);

        await foreach (var _ in stream)
        {
            break;
        }

        var stopped = (await shop.SettledAsync())[^1];
        Assert.Equal(("failure", "stopped"), (stopped.Event.Outcome, stopped.Event.Reason));
    }

    [Fact]
    public async Task By_hand_the_same_is_decided()
    {
        await using var shop = await GuardedShop.OpenAsync();
        using (GuardedShop.As("alice"))
        {
            await using (var access = await shop.Guard.DemandAsync(Permissions.Refund, new() { Type = "order", Id = "1" }))
            {
                access.Complete();
            }

            await (await shop.Guard.DemandAsync(Permissions.Refund)).DisposeAsync();
            var attempt = await shop.Guard.TryDemandAsync(Permissions.Purge);
            Assert.False(attempt.IsAllowed);
            Assert.Equal(DenialCode.Elevated, Assert.Single(attempt.Decision.Reasons).Code);
            Assert.Equal(DenialCode.UnknownPermission, Assert.Single((await shop.Guard.TryDemandAsync("no.such")).Decision.Reasons).Code);
            Assert.Equal(DenialCode.UnknownPermission, Assert.Single((await shop.Guard.TryDemandAsync("* \u001b")).Decision.Reasons).Code);
        }

        Assert.Equal(
            ["access.allowed", "access.outcome", "access.allowed", "access.outcome", "access.denied", "access.denied", "access.denied"],
            (await shop.SettledAsync()).Select(entry => entry.Type), StringComparer.Ordinal);
    }

    private sealed class AsynchronousAlone : IAsyncDisposable
    {
        public int Disposals { get; private set; }

        public ValueTask DisposeAsync()
        {
            Disposals++;
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>The system's clock, and once something else that happens as it is asked.</summary>
    private sealed class InterruptedClock : TimeProvider
    {
        private int _thread;

        /// <summary>What happens when the thread that sets it asks.</summary>
        public Action? Interrupt
        {
            get;
            set => (field, _thread) = (value, Environment.CurrentManagedThreadId);
        }

        public override DateTimeOffset GetUtcNow()
        {
            if (Interrupt is { } interrupt && Environment.CurrentManagedThreadId == _thread)
            {
                Interrupt = null;
                interrupt();
            }

            return base.GetUtcNow();
        }
    }
}
