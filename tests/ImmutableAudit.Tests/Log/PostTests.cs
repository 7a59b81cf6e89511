using ImmutableAudit.Storage;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Log;

/// <summary>Events for which nobody waits (LOG.md L6).</summary>
public sealed class PostTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly TaskCompletionSource _go = new();
    private readonly InterceptedSink _sink = new(new InMemorySink());

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task What_is_posted_is_in_the_log_in_order_between_what_is_appended()
    {
        await using var log = await _logs.OpenAsync();
        var encoded = EncodedEvent.Create(TestLogs.Event(2));
        var first = await log.PostAsync(TestLogs.Event(0));
        var appended = log.AppendAsync(TestLogs.Event(1));
        var second = await log.PostAsync(encoded);
        await appended;
        var checkpoint = await log.FlushAsync();

        Assert.Equal(3, checkpoint.Checkpoint.Size);
        var entries = await log.ReadAsync().ToListAsync();
        Assert.Equal("0 1 2", TestLogs.Labels(entries));
        Assert.Equal([first, second], [entries[0].Id, entries[2].Id]);
        Assert.Equal(7, first.Version);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task Posting_completes_while_the_disk_stalls_and_waits_once_the_queue_is_full()
    {
        _sink.Completing = async _ =>
        {
            await _go.Task;
            return null;
        };
        await using var log = await AuditLog.OpenAsync(_logs.Options(_sink, options => options.MaxQueuedEntries = 10));
        var posts = new List<Task<Guid>>();
        while (posts.Count < 1_000 && posts.TrueForAll(post => post.IsCompleted))
        {
            posts.Add(log.PostAsync(TestLogs.Event(posts.Count)).AsTask());
        }

        // Ten wait in the queue, and the first may be on its way to the disk already.
        Assert.InRange(posts.Count, 11, 12);
        _go.SetResult();
        var ids = await Task.WhenAll(posts).WaitAsync(Waiting.Limit);
        await log.FlushAsync();
        Assert.Equal(ids, await log.ReadAsync().Select(entry => entry.Id).ToListAsync());
    }

    [Fact]
    public async Task What_was_posted_and_could_not_be_committed_is_told_once_to_who_flushes()
    {
        var calls = 0;
        _sink.Completing = _ => ++calls == 1 ? throw new AuditUnavailableException("no space") : new((CommitOutcome?)null);
        await using var log = await AuditLog.OpenAsync(_logs.Options(_sink));
        await log.PostAsync(TestLogs.Event(0));
        var error = await Assert.ThrowsAsync<AuditUnavailableException>(async () => await log.FlushAsync());
        Assert.Contains("1 posted", error.Message, StringComparison.Ordinal);
        Assert.Contains("no space", error.Message, StringComparison.Ordinal);

        await log.PostAsync(TestLogs.Event(1));
        await log.FlushAsync();
        Assert.Equal("1", TestLogs.Labels(await log.ReadAsync().ToListAsync()));
    }

    [Fact]
    public async Task What_was_posted_with_an_unknown_outcome_is_told_as_that()
    {
        var calls = 0;
        _sink.Completing = _ => ++calls == 1 ? throw new IOException("cable pulled") : new((CommitOutcome?)null);
        await using var log = await AuditLog.OpenAsync(_logs.Options(_sink));
        await log.PostAsync(TestLogs.Event(0));
        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(async () => await FlushOnceRecoveredAsync(log));
        await log.FlushAsync();
    }

    [Fact]
    public async Task One_posted_event_of_unknown_outcome_keeps_the_log_from_saying_that_none_was_appended()
    {
        var calls = 0;
        _sink.Completing = _ => ++calls switch
        {
            1 => throw new AuditUnavailableException("no space"),
            2 => throw new IOException("cable pulled"),
            _ => new((CommitOutcome?)null),
        };
        await using var log = await AuditLog.OpenAsync(_logs.Options(_sink));
        await log.PostAsync(TestLogs.Event(0));
        await Waiting.ForAsync(() => calls == 1, "the first commit");
        await log.PostAsync(TestLogs.Event(1));
        await Waiting.ForAsync(() => calls == 2, "the second commit");
        var error = await Assert.ThrowsAsync<AuditOutcomeUnknownException>(async () => await FlushOnceRecoveredAsync(log));
        Assert.Contains("2 posted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Posts_that_failed_together_are_counted_one_by_one()
    {
        var calls = 0;
        _sink.Completing = async _ =>
        {
            if (++calls == 1)
            {
                await _go.Task;
                return null;
            }

            throw new AuditUnavailableException("no space");
        };
        await using var log = await AuditLog.OpenAsync(_logs.Options(_sink));
        await log.PostAsync(TestLogs.Event(0));
        await Waiting.ForAsync(() => calls == 1, "the first commit");
        for (var i = 1; i <= 500; i++)
        {
            await log.PostAsync(TestLogs.Event(i, new string('x', i)));
        }

        _go.SetResult();
        var error = await Assert.ThrowsAsync<AuditUnavailableException>(async () => await log.FlushAsync());
        Assert.Contains("500 posted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_posted_is_refused_at_once()
    {
        var log = await AuditLog.OpenAsync(_logs.Options(_sink));
        await Assert.ThrowsAsync<AuditEventException>(async () => await log.PostAsync(TestLogs.Event(0) with { Action = "" }));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await log.PostAsync((EncodedEvent)null!));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await log.PostAsync(TestLogs.Event(0), cancelled.Token));
        await log.DisposeAsync();
        await Assert.ThrowsAsync<AuditUnavailableException>(async () => await log.PostAsync(TestLogs.Event(0)));
    }

    [Fact]
    public async Task What_is_posted_before_the_log_is_closed_is_in_it()
    {
        await using (var log = await _logs.OpenAsync())
        {
            for (var i = 0; i < 1_000; i++)
            {
                await log.PostAsync(TestLogs.Event(i));
            }
        }

        await using var reopened = await _logs.OpenAsync();
        Assert.Equal(1_000, reopened.LatestCheckpoint.Checkpoint.Size);
    }

    private static async Task FlushOnceRecoveredAsync(AuditLog log)
    {
        using var limit = new CancellationTokenSource(Waiting.Limit);
        while (true)
        {
            try
            {
                await log.FlushAsync(limit.Token);
                return;
            }
            catch (AuditUnavailableException)
            {
                await Task.Yield();
            }
        }
    }
}
