using ImmutableAudit.Storage;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Testing;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>Nothing runs without its decision on record, wherever storage fails (PRIVILEGE.md P1, P2, P6).</summary>
public sealed class DurableDecisionTests
{
    public enum Failure
    {
        Refused,
        Failed,
        FailedButTookEffect,
    }

    private static readonly Dictionary<string, (string Subject, Func<GuardedShop, Task> Call)> Calls = new(StringComparer.Ordinal)
    {
        ["refund"] = ("alice", shop => shop.Orders.RefundAsync("o-1", 1, "c")),
        ["note"] = ("alice", shop => shop.Orders.NoteAsync("n").AsTask()),
        ["list"] = ("alice", async shop => Assert.Equal(2, await shop.Orders.ListAsync(2).CountAsync())),
        ["count"] = ("alice", shop => Task.Run(() => shop.Orders.Count())),
        ["by hand"] = ("alice", async shop =>
        {
            await using var access = await shop.Guard.DemandAsync(Permissions.Refund);
            shop.Inner.Count();
            access.Complete();
        }
        ),
        ["denied refund"] = ("rita", shop => shop.Orders.RefundAsync("o-1", 1, "c")),
        ["denied count"] = ("rita", shop => Task.Run(() => shop.Orders.Count())),
        ["denied list"] = ("rita", async shop => Assert.Equal(2, await shop.Orders.ListAsync(2).CountAsync())),
        ["denied read"] = ("olga", shop => shop.Orders.ReadAsync("o-1")),
        ["elevated"] = ("alice", shop => shop.Orders.PurgeAsync(default)),
        ["tried by hand"] = ("rita", async shop => Assert.False((await shop.Guard.TryDemandAsync(Permissions.Refund)).IsAllowed)),
    };

    public static TheoryData<string, Failure> Cases
    {
        get
        {
            var cases = new TheoryData<string, Failure>();
            foreach (var call in Calls.Keys)
            {
                foreach (var failure in Enum.GetValues<Failure>())
                {
                    cases.Add(call, failure);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task What_is_not_on_record_does_not_run(string name, Failure failure)
    {
        var store = new InMemoryStore();
        var sink = new InterceptedSink(new InMemorySink(store));
        await using var shop = await GuardedShop.OpenAsync(configure: options => options.Sink = sink);
        var (subject, call) = Calls[name];
        var opened = (await shop.SettledAsync("")).Count;
        Fail(sink, failure);
        using (GuardedShop.As(subject))
        {
            var unavailable = await Assert.ThrowsAsync<AuditUnavailableException>(() => call(shop));
            Assert.Contains("Nothing of ", unavailable.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, shop.Inner.Calls);
        Assert.Equal(failure == Failure.FailedButTookEffect ? opened + 1 : opened, (await StoredEntries.OfAsync(store)).Count);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task What_ran_and_what_was_denied_is_on_record_though_later_commits_fail(string name, Failure failure)
    {
        var store = new InMemoryStore();
        var sink = new InterceptedSink(new InMemorySink(store));
        var shop = await GuardedShop.OpenAsync(configure: options => options.Sink = sink);
        var (subject, call) = Calls[name];
        var during = 0;
        shop.Inner.During = async _ => during = (await StoredEntries.OfAsync(store)).Count(entry => entry.Type == "access.allowed");
        var hasFailed = () => false;
        sink.Completed = () => hasFailed = Fail(sink, failure);
        var isDenied = false;
        using (GuardedShop.As(subject))
        {
            try
            {
                await call(shop);
            }
            catch (AccessDeniedException)
            {
                isDenied = true;
            }
        }

        Assert.Equal(!name.Contains("count", StringComparison.Ordinal) && name != "by hand" ? shop.Inner.Calls : 0, during);
        Assert.Equal(isDenied || name == "tried by hand" ? 0 : 1, shop.Inner.Calls);
        string[] expected = shop.Inner.Calls == 0 ? ["access.denied"] : name == "note" ? ["access.allowed"] : ["access.allowed", "access.outcome"];
        if (expected.Length > 1)
        {
            await Waiting.ForAsync(() => hasFailed(), "the outcome's first attempt");
        }

        await shop.DisposeAsync();

        // What failed but took effect may be there twice, and is known by its id (LOG.md L10).
        var entries = (await StoredEntries.OfAsync(store)).Where(entry => entry.Type.StartsWith("access.", StringComparison.Ordinal));
        Assert.Equal(expected, entries.DistinctBy(entry => entry.Event.Id).Select(entry => entry.Type), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(Failure.Refused)]
    [InlineData(Failure.Failed)]
    [InlineData(Failure.FailedButTookEffect)]
    public async Task What_is_only_counted_is_denied_while_the_log_takes_no_entries_and_no_count_is_lost(Failure failure)
    {
        var sink = new InterceptedSink(new InMemorySink());
        var time = new TestClock();
        var interval = TimeSpan.FromSeconds(1);
        await using var shop = await GuardedShop.OpenAsync(options: new() { SummaryInterval = interval }, configure: options =>
        {
            options.Sink = sink;
            options.TimeProvider = time;
        });
        await ReadAsync(3);
        var attempts = Break(sink, failure);
        using (GuardedShop.As("alice"))
        {
            await Assert.ThrowsAsync<AuditUnavailableException>(() => shop.Orders.RefundAsync("o-1", 1, "c"));
        }

        foreach (var subject in new[] { "rita", "olga" })
        {
            using var scope = GuardedShop.As(subject);
            await Assert.ThrowsAsync<AuditUnavailableException>(() => shop.Orders.ReadAsync("o-1"));
            await Assert.ThrowsAsync<AuditUnavailableException>(() => shop.Guard.DemandAsync(Permissions.Read).AsTask());
        }

        Assert.Equal(3, shop.Inner.Calls);

        // The summary that is due cannot be written either; where the log tries each time, that can be seen.
        var before = attempts();
        time.Advance(interval);
        if (failure == Failure.Refused)
        {
            await Waiting.ForAsync(() => attempts() > before, "the summary's attempt");
        }

        (sink.Completing, sink.Completed, sink.Asking) = (null, null, null);
        if (failure != Failure.Refused)
        {
            await Waiting.ForAsync(() => shop.Log.Privileged.AcceptsAppends, "the log to recover");
        }

        using (GuardedShop.As("alice"))
        {
            await shop.Orders.RefundAsync("o-1", 1, "c");
        }

        await ReadAsync(2);
        await shop.Guard.DisposeAsync();
        Assert.Equal(6, shop.Inner.Calls);
        var summaries = (await shop.SettledAsync()).Where(entry => entry.Type == "access.summary").ToList();
        Assert.Equal(5, summaries.Sum(summary => summary.Event.Details!.Root.GetProperty("count").GetInt64()));
        Assert.All(summaries, summary => Assert.Equal(("rita", Permissions.Read), (summary.Event.Actor.Id, summary.Permission)));

        async Task ReadAsync(int times)
        {
            using var scope = GuardedShop.As("rita");
            for (var i = 0; i < times; i++)
            {
                await shop.Orders.ReadAsync("o-1");
            }
        }
    }

    [Fact]
    public async Task What_is_only_counted_is_recorded_where_it_is_not_known_whether_the_log_takes_entries_again()
    {
        var sink = new InterceptedSink(new InMemorySink());
        await using var shop = await GuardedShop.OpenAsync(configure: options => options.Sink = sink);
        Fail(sink, Failure.Refused);
        using (GuardedShop.As("rita"))
        {
            await Assert.ThrowsAsync<AuditUnavailableException>(() => shop.Orders.RefundAsync("o-1", 1, "c"));
            await shop.Orders.ReadAsync("o-1");
            await shop.Orders.ReadAsync("o-1");
        }

        await shop.Guard.DisposeAsync();
        Assert.Equal(["access.allowed", "access.summary"], (await shop.SettledAsync()).Select(entry => entry.Type), StringComparer.Ordinal);
        Assert.Equal(2, shop.Inner.Calls);
    }

    /// <summary>Lets every commit fail, and every attempt to recover.</summary>
    /// <returns>Says how many commits were tried.</returns>
    private static Func<int> Break(InterceptedSink sink, Failure failure)
    {
        var attempts = 0;
        void Asking() => throw new IOException("The cable is still out.");
        sink.Completing = failure == Failure.FailedButTookEffect ? null : _ =>
        {
            Interlocked.Increment(ref attempts);
            sink.Asking = failure == Failure.Refused ? null : Asking;
            throw (failure == Failure.Refused ? new AuditUnavailableException("The disk is full.") : new IOException("The cable was pulled."));
        };
        sink.Completed = failure != Failure.FailedButTookEffect ? null : () =>
        {
            sink.Asking = Asking;
            throw new IOException("The cable was pulled.");
        };
        return () => Volatile.Read(ref attempts);
    }

    /// <summary>Lets the next commit fail.</summary>
    /// <returns>Says whether it has.</returns>
    private static Func<bool> Fail(InterceptedSink sink, Failure failure)
    {
        var failed = 0;
        sink.Completed = failure != Failure.FailedButTookEffect ? null : () =>
        {
            if (Interlocked.Exchange(ref failed, 1) == 0)
            {
                throw new IOException("The cable was pulled.");
            }
        };
        sink.Completing = failure == Failure.FailedButTookEffect ? null : _ =>
            Interlocked.Exchange(ref failed, 1) != 0 ? new((CommitOutcome?)null)
            : throw (failure == Failure.Refused ? new AuditUnavailableException("The disk is full.") : new IOException("The cable was pulled."));
        return () => Volatile.Read(ref failed) != 0;
    }
}
