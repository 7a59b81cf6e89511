using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Log;

/// <summary>Following a log, also through trouble.</summary>
public sealed class FollowTests : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_follower_sees_every_entry_in_order_and_ends_with_the_log()
    {
        var log = await _logs.OpenAsync();
        await log.AppendAsync([.. Enumerable.Range(0, 10).Select(i => TestLogs.Event(i))]);
        var seen = new List<long>();
        var following = Task.Run(async () =>
        {
            await foreach (var entry in log.FollowAsync(5))
            {
                seen.Add(entry.Index);
            }
        });
        for (var i = 10; i < 600; i += 10)
        {
            await log.AppendAsync([.. Enumerable.Range(0, 10).Select(i => TestLogs.Event(i))]);
            if (i % 200 == 0)
            {
                await log.FlushAsync();
            }
        }

        await Waiting.ForAsync(() => seen.Count == 595, "the follower");
        await log.DisposeAsync();
        await following.WaitAsync(Waiting.Limit);
        Assert.Equal(Enumerable.Range(5, 595).Select(i => (long)i), seen);
    }

    [Fact]
    public async Task A_follower_that_is_cancelled_ends()
    {
        await using var log = await _logs.OpenAsync();
        await log.AppendAsync(TestLogs.Event(0));
        using var cancel = new CancellationTokenSource();
        await using var following = log.FollowAsync(0, cancel.Token).GetAsyncEnumerator();
        Assert.True(await following.MoveNextAsync());
        var next = following.MoveNextAsync().AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public async Task What_is_committed_can_be_read_while_the_log_recovers()
    {
        var files = new FaultyFiles();
        await using var log = await AuditLog.OpenAsync(_logs.Options(
            new FileSystemSink(_logs.LogDirectory, null, files), options => options.CheckpointInterval = TimeSpan.FromDays(1)));
        await log.AppendAsync([TestLogs.Event(0), TestLogs.Event(1)]);

        using var recovering = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        files.Before = what =>
        {
            if (what.StartsWith("list", StringComparison.Ordinal))
            {
                recovering.Set();
                goOn.Wait(Waiting.Limit);
            }
        };
        files.ArmNext(what => what.StartsWith("flush", StringComparison.Ordinal), Fault.Failed);
        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(async () => await log.AppendAsync(TestLogs.Event(2)));
        Assert.True(recovering.Wait(Waiting.Limit));
        Assert.Equal("0 1", TestLogs.Labels(await log.ReadAsync().ToListAsync()));
        await Assert.ThrowsAsync<AuditUnavailableException>(async () => await log.AppendAsync(TestLogs.Event(3)));
        goOn.Set();

        // The flush failed, the bytes were there: whole.
        await Waiting.ForAsync(() => log.Privileged.AcceptsAppends, "recovery");
        Assert.Equal("0 1 2", TestLogs.Labels(await log.ReadAsync().ToListAsync()));
        await log.FlushAsync();
        Assert.True((await log.ProveAsync(2)).Verify([_logs.Key]).Holds);
    }

    [Fact]
    public async Task What_recovery_dropped_is_told_of_before_anything_else_is_committed()
    {
        var files = new FaultyFiles();
        await using var log = await AuditLog.OpenAsync(_logs.Options(new FileSystemSink(_logs.LogDirectory, null, files)));
        await log.AppendAsync(TestLogs.Event(0));
        using var goOn = new ManualResetEventSlim();
        using var stalled = new ManualResetEventSlim();
        files.ArmNext(what => what.StartsWith("write", StringComparison.Ordinal) && what.Contains(".journal", StringComparison.Ordinal), Fault.HalfDone);
        var condition = log.AppendIfAsync(TestLogs.Event(1, new string('x', 9000)), _ =>
        {
            stalled.Set();
            return goOn.Wait(Waiting.Limit);
        }).AsTask();
        Assert.True(stalled.Wait(Waiting.Limit));
        var waiting = log.AppendAsync(TestLogs.Event(2)).AsTask();
        goOn.Set();
        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(() => condition);
        Assert.Equal(2, (await waiting).Index);
        Assert.Equal("0 - 2", TestLogs.Labels(await log.ReadAsync().ToListAsync()));
    }
}
