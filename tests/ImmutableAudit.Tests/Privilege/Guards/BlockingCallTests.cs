using System.Collections.Concurrent;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>Alone, since nobody else gets a pool thread meanwhile.</summary>
[CollectionDefinition(nameof(BlockingCallTests), DisableParallelization = true)]
public sealed class BlockingCallCollection;

/// <summary>Synchronous recorded members block their callers and need nobody else (PRIVILEGE.md P10).</summary>
[Collection(nameof(BlockingCallTests))]
public sealed class BlockingCallTests
{
    private const int Callers = 64;

    [Fact]
    public async Task Blocking_calls_end_although_the_pool_has_no_thread_left()
    {
        await using var shop = await GuardedShop.OpenAsync();
        var failures = await Task.Factory.StartNew(
            () => RunWithoutPool(() => CallAtOnce(shop)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.Empty(failures);
        Assert.Equal(Callers, shop.Inner.Calls);
        var entries = await shop.SettledAsync();
        Assert.Equal(Callers, entries.Count(entry => entry.Type == "access.allowed"));
        Assert.Equal(Callers, entries.Count(entry => entry.Type == "access.outcome"));
    }

    /// <summary>So many threads of their own, each with one call.</summary>
    private static ConcurrentBag<string> CallAtOnce(GuardedShop shop)
    {
        var failures = new ConcurrentBag<string>();
        var threads = Enumerable.Range(0, Callers).Select(_ => new Thread(() =>
        {
            try
            {
                using var scope = GuardedShop.As("alice");
                shop.Orders.Count();
            }
            catch (Exception e)
            {
                failures.Add(e.ToString());
            }
        })).ToList();
        threads.ForEach(thread =>
        {
            thread.IsBackground = true;
            thread.Start();
        });
        if (!threads.TrueForAll(thread => thread.Join(Waiting.Limit)))
        {
            failures.Add("A call did not end.");
        }

        return failures;
    }

    /// <summary>Takes every thread that the pool may have, as few as it allows; more wait for one all the time.</summary>
    private static T RunWithoutPool<T>(Func<T> run)
    {
        ThreadPool.GetMinThreads(out var minimum, out var minimumIo);
        ThreadPool.GetMaxThreads(out var maximum, out var maximumIo);
        var few = Environment.ProcessorCount;
        using var release = new ManualResetEventSlim();
        var begun = 0;
        var hogs = new List<Task>();
        try
        {
            Assert.True(ThreadPool.SetMinThreads(few, minimumIo) && ThreadPool.SetMaxThreads(few, maximumIo));
            hogs.AddRange(Enumerable.Range(0, few + 32).Select(_ => Task.Run(() =>
            {
                Interlocked.Increment(ref begun);
                release.Wait();
            })));
            Assert.True(SpinWait.SpinUntil(() => Available() <= 0, Waiting.Limit));
            var result = run();
            Assert.True(Available() <= 0);
            Assert.True(Volatile.Read(ref begun) < hogs.Count);
            return result;
        }
        finally
        {
            release.Set();
            ThreadPool.SetMaxThreads(maximum, maximumIo);
            ThreadPool.SetMinThreads(minimum, minimumIo);
            Task.WaitAll([.. hogs]);
        }
    }

    private static int Available()
    {
        ThreadPool.GetAvailableThreads(out var workers, out _);
        return workers;
    }
}
