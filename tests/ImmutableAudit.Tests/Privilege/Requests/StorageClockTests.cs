using ImmutableAudit.Privilege;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Testing;
using ImmutableAudit.Tests.Privilege.Guards;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Requests;

/// <summary>Storage has a clock of its own, as a database has, and that is not the host's (PRIVILEGE.md P3, P21).</summary>
public sealed class StorageClockTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_storage_is_ahead_by_more_than_it_may_a_grant_counts_for_nothing_and_that_is_on_record(bool isBlocking)
    {
        var (clock, store) = (new TestClock(), new InMemoryStore());
        var sink = new InterceptedSink(new InMemorySink(store));
        await using var shop = await OpenAsync(store, sink, clock);
        using var limit = new CancellationTokenSource(Waiting.Limit);
        using var scope = GuardedShop.As("alice");
        await new AccessRequests(shop.Guard).BreakGlassAsync(AccessDesk.Purging() with { Permissions = [Permissions.Count, Permissions.Purge] });
        sink.Ahead = TimeSpan.FromSeconds(5);
        await CallAsync();

        // Nothing else is written any more by which the host would learn of the time.
        Assert.Equal(2, (await shop.SettledAsync()).Count);
        sink.Ahead = TimeSpan.FromSeconds(20);
        var denied = await Assert.ThrowsAsync<AccessDeniedException>(CallAsync);
        var entry = (await shop.EntriesAsync(AccessTypes.Denied)).Single();
        Assert.Equal(denied.Entry, entry.Index);
        Assert.StartsWith(DenialCode.ClockBehind + ": ", entry.Event.Reason, StringComparison.Ordinal);
        Assert.Equal(1, shop.Inner.Calls);

        // Once the clock is right, it counts again.
        clock.Advance(TimeSpan.FromSeconds(20));
        sink.Ahead = TimeSpan.Zero;
        await CallAsync();

        Task CallAsync() => isBlocking ? Task.Run(() => shop.Orders.Count()).WaitAsync(limit.Token) : shop.Orders.PurgeAsync(limit.Token);
    }

    [Fact]
    public async Task Where_storage_is_behind_an_end_is_told_by_its_clock_and_until_then_it_is_asked_seldom()
    {
        var (clock, store) = (new TestClock(), new InMemoryStore());
        var sink = new InterceptedSink(new InMemorySink(store));
        await using var shop = await OpenAsync(store, sink, clock);
        using (GuardedShop.As("alice"))
        {
            await new AccessRequests(shop.Guard).BreakGlassAsync(AccessDesk.Purging(minutes: 10));
        }

        sink.Ahead = TimeSpan.FromSeconds(-10);
        clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        var asked = 0;
        sink.Asking = () => Interlocked.Increment(ref asked);
        for (var second = 0; second < 10; second++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(50);
        }

        Assert.Empty(await shop.EntriesAsync(GrantTypes.Expired));
        Assert.InRange(asked, 0, 500);
        using var limit = new CancellationTokenSource(Waiting.Limit);
        while ((await shop.EntriesAsync(GrantTypes.Expired)).Count == 0)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, limit.Token);
        }
    }

    [Fact]
    public async Task Where_storage_is_ahead_an_approval_lapses_by_its_clock()
    {
        // The host's clock alone says when it tells of lapses. By that, the time for this is not over.
        var (clock, store) = (new TestClock(), new InMemoryStore());
        var sink = new InterceptedSink(new InMemorySink(store));
        await using var shop = await OpenAsync(store, sink, clock);
        var requests = new AccessRequests(shop.Guard);
        var request = await AsAsync("alice", () => requests.RequestAsync(AccessDesk.Purging()));
        await AsAsync("sam", () => requests.ApproveAsync(request.Id));
        await AsAsync("sue", () => requests.ApproveAsync(request.Id));
        clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        sink.Ahead = TimeSpan.FromSeconds(1);
        var refused = await Assert.ThrowsAsync<AccessRequestException>(() => AsAsync("alice", () => requests.ActivateAsync(request.Id)));
        Assert.Equal(RefusalCode.Lapsed, refused.Code);
        Assert.Empty(await shop.EntriesAsync(GrantTypes.Lapsed));
    }

    private static async Task<AccessRequest> AsAsync(string id, Func<ValueTask<AccessRequest>> act)
    {
        using var scope = GuardedShop.As(id);
        return await act();
    }

    private static Task<GuardedShop> OpenAsync(InMemoryStore store, InterceptedSink sink, TestClock clock) => GuardedShop.OpenAsync(
        AccessDesk.Policy(
            rule => rule.ActivateWithin(TimeSpan.FromMinutes(5)).BreakGlass(TimeSpan.FromMinutes(15), "lead"),
            policy => policy.Elevation(Permissions.Count, rule => rule.RequestableBy("lead").ApprovedBy("security").BreakGlass(TimeSpan.FromMinutes(15), "lead"))),
        configure: options => (options.Sink, options.TimeProvider) = (sink, clock),
        store: store);
}
