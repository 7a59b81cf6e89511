using System.Runtime.CompilerServices;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>However a stream ends, its outcome is on record once (PRIVILEGE.md P9).</summary>
public sealed class StreamTests
{
    private static readonly Dictionary<string, (string Outcome, string? Reason, Func<IAsyncEnumerable<int>, CancellationTokenSource, Task> Use)> Ends = new(StringComparer.Ordinal)
    {
        ["runs out"] = ("success", null, async (stream, _) => Assert.Equal(4, await stream.CountAsync())),
        ["is stopped"] = ("failure", "stopped", async (stream, _) => Assert.Equal(0, await stream.FirstAsync())),
        ["is stopped at its last element"] = ("failure", "stopped", async (stream, _) => Assert.Equal(4, await stream.Take(4).CountAsync())),
        ["its user fails"] = ("failure", "stopped", (stream, _) => Assert.ThrowsAsync<TimeZoneNotFoundException>(async () =>
        {
            await foreach (var _ in stream)
            {
                throw new TimeZoneNotFoundException();
            }
        })),
        ["is cancelled by the call's token"] = ("failure", typeof(OperationCanceledException).FullName, (stream, cancel) => Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in stream)
            {
                await cancel.CancelAsync();
            }
        })),
        ["is cancelled by its user's token"] = ("failure", typeof(OperationCanceledException).FullName, async (stream, _) =>
        {
            using var own = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var _ in stream.WithCancellation(own.Token))
                {
                    await own.CancelAsync();
                }
            });
        }
        ),
        ["is disposed twice"] = ("failure", "stopped", async (stream, _) =>
        {
            var elements = stream.GetAsyncEnumerator();
            Assert.True(await elements.MoveNextAsync());
            await elements.DisposeAsync();
            await elements.DisposeAsync();
            Assert.False(await elements.MoveNextAsync());
        }
        ),
    };

    public static TheoryData<string> EndNames => [.. Ends.Keys];

    [Theory]
    [MemberData(nameof(EndNames))]
    public async Task A_stream_has_one_outcome(string name)
    {
        await using var shop = await GuardedShop.OpenAsync();
        using var cancel = new CancellationTokenSource();
        IAsyncEnumerable<int> stream;
        using (GuardedShop.As("alice"))
        {
            stream = shop.Orders.ListAsync(4, cancel.Token);
        }

        await Ends[name].Use(stream, cancel);
        var entries = await shop.SettledAsync();
        Assert.Equal(["access.allowed", "access.outcome"], entries.Select(entry => entry.Type), StringComparer.Ordinal);
        Assert.Equal((Ends[name].Outcome, Ends[name].Reason), (entries[1].Event.Outcome, entries[1].Event.Reason));
        Assert.Equal(entries[0].Index, entries[1].Event.Ref!.Index);
    }

    [Fact]
    public async Task A_stream_that_fails_in_the_middle_says_how()
    {
        await using var shop = await GuardedShop.OpenAsync();
        shop.Inner.During = _ => throw new TimeZoneNotFoundException("secret");
        using (GuardedShop.As("alice"))
        {
            await Assert.ThrowsAsync<TimeZoneNotFoundException>(async () => await shop.Orders.ListAsync(4).CountAsync());
        }

        Assert.Equal(typeof(TimeZoneNotFoundException).FullName, (await shop.SettledAsync())[1].Event.Reason);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public async Task A_stream_that_fails_as_it_is_disposed_of_has_failed(int taken)
    {
        await using var shop = await GuardedShop.OpenAsync();
        shop.Inner.Listed = new FailingInTheEnd();
        using (GuardedShop.As("alice"))
        {
            await Assert.ThrowsAsync<TimeZoneNotFoundException>(async () => await shop.Orders.ListAsync(4).Take(taken).CountAsync());
        }

        var outcome = Assert.Single(await shop.SettledAsync(), entry => entry.Type == "access.outcome");
        Assert.Equal(("failure", typeof(TimeZoneNotFoundException).FullName), (outcome.Event.Outcome, outcome.Event.Reason));
    }

    [Fact]
    public async Task Each_enumeration_is_decided_by_itself()
    {
        await using var shop = await GuardedShop.OpenAsync();
        IAsyncEnumerable<int> stream;
        using (GuardedShop.As("alice"))
        {
            stream = shop.Orders.ListAsync(2);
        }

        await Task.WhenAll(stream.CountAsync().AsTask(), stream.CountAsync().AsTask());
        var entries = await shop.SettledAsync();
        Assert.Equal(2, entries.Count(entry => entry.Type == "access.allowed"));
        Assert.Equal(2, entries.Where(entry => entry.Type == "access.outcome").Select(entry => entry.Event.Ref!.Index).Distinct().Count());
        Assert.Equal(2, shop.Inner.Calls);

        // One that is never moved is no act.
        await stream.GetAsyncEnumerator().DisposeAsync();
        Assert.Equal(4, (await shop.SettledAsync()).Count);
    }

    [Fact]
    public async Task An_enumerator_that_is_dropped_is_abandoned()
    {
        await using var shop = await GuardedShop.OpenAsync();
        using (GuardedShop.As("alice"))
        {
            await DropAsync(shop);
        }

        var entries = new List<AuditEntry>();
        await Waiting.ForAsync(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                entries = shop.SettledAsync().GetAwaiter().GetResult();
                return entries.Count > 1;
            },
            "an outcome");
        Assert.Equal(("failure", "abandoned"), (entries[1].Event.Outcome, entries[1].Event.Reason));
        Assert.Equal(2, entries.Count);
    }

    [Fact]
    public async Task A_cancelled_call_neither_decides_nor_runs()
    {
        await using var shop = await GuardedShop.OpenAsync();
        using (GuardedShop.As("alice"))
        {
            var cancelled = new CancellationToken(canceled: true);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await shop.Orders.ListAsync(1, cancelled).CountAsync());
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => shop.Orders.RefundAsync("o", 1, "c", cancelled));
        }

        Assert.Equal(0, shop.Inner.Calls);
        Assert.Empty(await shop.SettledAsync());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task DropAsync(GuardedShop shop)
    {
        var elements = shop.Orders.ListAsync(3).GetAsyncEnumerator();
        Assert.True(await elements.MoveNextAsync());
    }

    /// <summary>Two numbers, and a failure behind them.</summary>
    private sealed class FailingInTheEnd : IAsyncEnumerable<int>, IAsyncEnumerator<int>
    {
        public int Current { get; private set; }

        public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

        public ValueTask<bool> MoveNextAsync() => new(Current++ < 2);

        public ValueTask DisposeAsync() => throw new TimeZoneNotFoundException("secret");
    }
}
