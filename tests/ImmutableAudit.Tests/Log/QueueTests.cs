using ImmutableAudit.Storage;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Log;

/// <summary>The way of an entry from the caller to its commit (LOG.md L6, L7).</summary>
public sealed class QueueTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly TaskCompletionSource _go = new();
    private readonly InterceptedSink _sink = new(new InMemorySink());

    public QueueTests() => _sink.Completing = async _ =>
    {
        Interlocked.Increment(ref _commits);
        await _go.Task;
        return null;
    };

    private int _commits;

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData(4, 1_000_000)]
    [InlineData(1_000_000, 65_536)]
    public async Task A_full_queue_makes_producers_wait_drops_nothing_and_holds_few_bytes(int maxEntries, long maxBytes)
    {
        await using var log = await OpenAsync(options => (options.MaxQueuedEntries, options.MaxQueuedBytes) = (maxEntries, maxBytes));
        var appends = await StallAsync(log);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var text = new string('x', 30_000);
        appends.AddRange(Enumerable.Range(1, 2_000).Select(i => log.AppendAsync(TestLogs.Event(i, text)).AsTask()));

        // All of them encoded would be 60 MB.
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 10_000_000, $"{grown} bytes");
        Assert.DoesNotContain(appends, append => append.IsCompleted);

        _go.SetResult();
        var receipts = await Task.WhenAll(appends).WaitAsync(Waiting.Limit);
        Assert.Equal(Enumerable.Range(0, 2_001).Select(i => (long)i), receipts.Select(receipt => receipt.Index));
        var entries = await log.ReadAsync().ToListAsync();
        Assert.Equal(string.Join(' ', Enumerable.Range(0, 2_001)), TestLogs.Labels(entries));
    }

    [Fact]
    public async Task Cancelling_withdraws_what_waits_and_does_not_touch_what_has_its_place()
    {
        await using var log = await OpenAsync();
        using var early = new CancellationTokenSource();
        using var late = new CancellationTokenSource();
        var sequenced = log.AppendAsync(TestLogs.Event(0), late.Token).AsTask();
        await Waiting.ForAsync(() => _commits == 1, "the first commit");
        var withdrawn = log.AppendAsync(TestLogs.Event(1), early.Token).AsTask();
        var batch = log.AppendAsync([TestLogs.Event(2), TestLogs.Event(3)], early.Token).AsTask();
        var kept = log.AppendAsync(TestLogs.Event(4)).AsTask();
        await early.CancelAsync();
        await late.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => withdrawn);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => batch);
        Assert.False(sequenced.IsCompleted);

        _go.SetResult();
        Assert.Equal(0, (await sequenced).Index);
        Assert.Equal(1, (await kept).Index);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await log.AppendAsync(TestLogs.Event(5), early.Token));
        Assert.Equal("0 4", TestLogs.Labels(await log.ReadAsync().ToListAsync()));
    }

    [Theory]
    [InlineData(65_536)]
    [InlineData(1)]
    public async Task What_cannot_be_an_entry_fails_alone(int maxQueuedEntries)
    {
        await using var log = await OpenAsync(options => options.MaxQueuedEntries = maxQueuedEntries);
        var appends = await StallAsync(log);
        appends.Add(log.AppendAsync(TestLogs.Event(1)).AsTask());
        var tooLarge = log.AppendAsync(TestLogs.Event(0, new string('x', 70_000))).AsTask();
        var anonymous = log.AppendAsync(TestLogs.Event(0) with { Actor = new AuditSubject { Id = " " } }).AsTask();
        var reserved = log.AppendAsync([TestLogs.Event(0), TestLogs.Event(0) with { Type = "log.opened" }, TestLogs.Event(0)]).AsTask();
        var tooMany = log.AppendAsync([.. Enumerable.Range(0, 150).Select(i => TestLogs.Event(i, new string('x', 60_000)))]).AsTask();
        appends.Add(log.AppendAsync(TestLogs.Event(2)).AsTask());
        _go.SetResult();

        await Assert.ThrowsAsync<AuditEntryTooLargeException>(() => tooLarge);
        await Assert.ThrowsAsync<AuditEventException>(() => anonymous);
        await Assert.ThrowsAsync<AuditEventException>(() => reserved);
        await Assert.ThrowsAsync<AuditEntryTooLargeException>(() => tooMany);
        Assert.Equal([0L, 1L, 2L], (await Task.WhenAll(appends)).Select(receipt => receipt.Index));
        Assert.Equal(3, log.Size);
    }

    [Fact]
    public async Task Several_events_are_one_commit_and_lie_next_to_each_other()
    {
        _go.SetResult();
        await using var log = await OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(producer => Task.Run(async () =>
        {
            var receipts = await log.AppendAsync([.. Enumerable.Range(0, 50).Select(i => TestLogs.Event(i, $"{producer}"))]);
            Assert.Equal(Enumerable.Range(0, 50).Select(i => receipts[0].Index + i), receipts.Select(receipt => receipt.Index));
            Assert.Single(receipts.Select(receipt => receipt.Time).Distinct());
        })));
        Assert.Equal(1000, log.Size);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await log.AppendAsync(Array.Empty<AuditEvent>()));
    }

    [Fact]
    public async Task What_came_when_the_queue_was_full_is_committed_together_too()
    {
        await using var log = await OpenAsync(options => options.MaxQueuedEntries = 1);
        var stalled = await StallAsync(log);
        var commits = new List<int>();
        var waiting = Enumerable.Range(0, 100).Select(i => log.AppendAsync(TestLogs.Event(i)).AsTask()).ToList();
        _sink.Completing = batch =>
        {
            commits.Add(batch.Count);
            return new((CommitOutcome?)null);
        };
        _go.SetResult();
        await Task.WhenAll([.. stalled, .. waiting]).WaitAsync(Waiting.Limit);
        Assert.Contains(commits, count => count >= 100);
    }

    [Fact]
    public async Task An_append_that_waits_for_room_can_be_withdrawn()
    {
        await using var log = await OpenAsync();
        var isFull = true;
        _sink.Completing = _ => new(isFull ? CommitOutcome.Full : (CommitOutcome?)null);
        using var giveUp = new CancellationTokenSource();
        var first = log.AppendAsync(TestLogs.Event(0), giveUp.Token).AsTask();
        var second = log.AppendAsync(TestLogs.Event(1)).AsTask();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Waiting.Limit));

        isFull = false;
        Assert.Equal(0, (await second.WaitAsync(Waiting.Limit)).Index);
        Assert.Equal(1, log.Size);
    }

    [Fact]
    public async Task Blocking_appends_complete_although_every_pool_thread_is_taken()
    {
        _go.SetResult();
        await using var log = await _logs.OpenAsync();
        ThreadPool.GetMinThreads(out var workers, out _);
        using var release = new ManualResetEventSlim();
        var hogs = Enumerable.Range(0, workers + 32).Select(_ => Task.Run(() => release.Wait(Waiting.Limit))).ToArray();
        var threads = Enumerable.Range(0, 64).Select(i => new Thread(() => log.Append(TestLogs.Event(i)))).ToList();
        threads.ForEach(thread => thread.Start());
        Assert.All(threads, thread => Assert.True(thread.Join(Waiting.Limit)));
        Assert.Equal(64, log.Size);
        release.Set();
        await Task.WhenAll(hogs);
    }

    [Fact]
    public async Task Every_append_during_disposal_is_acknowledged_and_found_or_refused()
    {
        _go.SetResult();
        var log = await _logs.OpenAsync();
        using var begun = new CountdownEvent(8);
        var producers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var acknowledged = new List<AuditReceipt>();
            try
            {
                while (true)
                {
                    acknowledged.Add(await log.AppendAsync(TestLogs.Event(0)));
                    if (acknowledged.Count == 5)
                    {
                        begun.Signal();
                    }
                }
            }
            catch (AuditUnavailableException)
            {
                return acknowledged;
            }
        })).ToArray();
        begun.Wait(Waiting.Limit);
        await log.DisposeAsync();
        var receipts = (await Task.WhenAll(producers)).SelectMany(mine => mine).OrderBy(receipt => receipt.Index).ToList();

        await using var again = await _logs.OpenAsync();
        Assert.Equal(again.LatestCheckpoint.Checkpoint.Size, again.Size);
        Assert.Equal(receipts.Select(receipt => (receipt.Index, receipt.LeafHash)), (await again.ReadAsync().ToListAsync()).Select(entry => (entry.Index, entry.LeafHash)));
    }

    /// <summary>Appends one event, whose commit does not complete yet.</summary>
    private async Task<List<Task<AuditReceipt>>> StallAsync(AuditLog log)
    {
        var first = log.AppendAsync(TestLogs.Event(0)).AsTask();
        await Waiting.ForAsync(() => _commits == 1, "the first commit");
        return [first];
    }

    private Task<AuditLog> OpenAsync(Action<AuditLogOptions>? configure = null) => AuditLog.OpenAsync(_logs.Options(_sink, configure));
}
