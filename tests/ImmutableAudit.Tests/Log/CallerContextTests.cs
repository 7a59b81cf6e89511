using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Log;

/// <summary>Where callers continue (LOG.md L6).</summary>
public sealed class CallerContextTests : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_context_that_runs_what_is_posted_at_once_does_not_get_hold_of_the_logs_thread()
    {
        await using var log = await _logs.OpenInMemoryAsync();
        var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new InlineContext());
            _ = AppendTwiceAsync();
        });
        thread.Start();
        Assert.Equal(1, await done.Task.WaitAsync(Waiting.Limit));

        async Task AppendTwiceAsync()
        {
            // The first has to be waited for, or nothing is posted.
            var first = log.AppendAsync(TestLogs.Event(0));
            await first;
            Assert.StartsWith(".NET TP", Thread.CurrentThread.Name ?? ".NET TP", StringComparison.Ordinal);

            // Would never end on the log's thread.
            done.SetResult(log.Append(TestLogs.Event(1)).Index);
        }
    }

    [Fact]
    public async Task A_caller_continues_in_its_context_and_on_its_scheduler()
    {
        await using var log = await _logs.OpenInMemoryAsync();
        var pair = new ConcurrentExclusiveSchedulerPair();
        var scheduled = await Task.Factory.StartNew(
            async () =>
            {
                for (var i = 0; i < 50; i++)
                {
                    await log.AppendAsync(TestLogs.Event(i));
                    Assert.Same(pair.ExclusiveScheduler, TaskScheduler.Current);
                }

                return log.Size;
            },
            CancellationToken.None, TaskCreationOptions.None, pair.ExclusiveScheduler).Unwrap().WaitAsync(Waiting.Limit);
        Assert.Equal(50, scheduled);

        var context = new InlineContext();
        await Task.Run(async () =>
        {
            SynchronizationContext.SetSynchronizationContext(context);
            for (var i = 0; i < 50; i++)
            {
                await log.AppendAsync(TestLogs.Event(i));
                SynchronizationContext.SetSynchronizationContext(context);
            }

            SynchronizationContext.SetSynchronizationContext(null);
        }).WaitAsync(Waiting.Limit);
        Assert.NotEqual(0, context.Posts);
    }

    [Fact]
    public async Task A_log_whose_sink_is_disposed_by_others_too_closes()
    {
        var sink = new FileSystemSink(_logs.LogDirectory);
        var log = await AuditLog.OpenAsync(_logs.Options(sink));
        await log.AppendAsync(TestLogs.Event(0));
        await log.DisposeAsync();
        await sink.DisposeAsync();
        await log.DisposeAsync();
        await using var next = await _logs.OpenAsync();
        Assert.Equal(1, next.Size);
    }

    private sealed class InlineContext : SynchronizationContext
    {
        private int _posts;

        public int Posts => Volatile.Read(ref _posts);

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.Increment(ref _posts);
            d(state);
        }
    }
}
