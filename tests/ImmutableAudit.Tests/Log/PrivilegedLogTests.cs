using System.Collections.Concurrent;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Log;

/// <summary>What the privilege layer alone can do with a log.</summary>
public sealed class PrivilegedLogTests : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_blocking_append_needs_neither_the_callers_context_nor_its_thread_for_anything_else()
    {
        await using var log = await _logs.OpenAsync();
        using var context = new SingleThreadContext();
        var index = await context.RunAsync(() =>
        {
            var act = log.Privileged.Begin(PrivilegedEntries.Decision(), (_, _) => true);
            act.Outcome!.Record(PrivilegedEntries.Outcome(act));
            return log.Privileged.Append(PrivilegedEntries.Of("access.denied"), (head, _) => head.PrivilegeHead == -1).Receipt.Index;
        }).WaitAsync(Waiting.Limit);
        Assert.Equal(2, index);
    }

    [Fact]
    public async Task Nothing_ambient_of_a_caller_reaches_the_logs_threads_and_the_caller_keeps_its_own()
    {
        var ambient = new AsyncLocal<string?> { Value = "opener" };
        var seen = new ConcurrentBag<string?>();
        await using var log = await AuditLog.OpenAsync(_logs.Options(new InterceptedSink(new InMemorySink())
        {
            Completing = _ =>
            {
                seen.Add(ambient.Value);
                return new((CommitOutcome?)null);
            },
        }));
        ambient.Value = "caller";
        for (var i = 0; i < 20; i++)
        {
            var act = await log.Privileged.BeginAsync(PrivilegedEntries.Decision(), (_, _) =>
            {
                seen.Add(ambient.Value);
                return true;
            });
            Assert.Equal("caller", ambient.Value);
            act.Outcome!.Record(PrivilegedEntries.Outcome(act));
            await log.AppendAsync(TestLogs.Event(i)).ConfigureAwait(false);
            Assert.Equal("caller", ambient.Value);
        }

        await log.FlushAsync();
        Assert.All(seen, Assert.Null);
        Assert.True(seen.Count >= 40);
    }

    [Fact]
    public async Task What_the_library_may_applications_do_not_inherit()
    {
        await using var log = await _logs.OpenInMemoryAsync();
        for (var i = 0; i < 3; i++)
        {
            // Requests are used again.
            await log.Privileged.AppendAsync(PrivilegedEntries.Of("policy.deployed"));
            await Assert.ThrowsAsync<AuditEventException>(() => log.AppendAsync(PrivilegedEntries.Of("policy.deployed")).AsTask());
            Assert.Throws<AuditEventException>(() => log.Append(PrivilegedEntries.Decision()));
        }

        Assert.Equal(3, log.Size);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Single_entries_are_read_whether_published_or_not(bool inMemory)
    {
        await using var log = inMemory
            ? await _logs.OpenInMemoryAsync(configure: options => options.CheckpointInterval = TimeSpan.FromDays(1))
            : await _logs.OpenAsync(options => options.CheckpointInterval = TimeSpan.FromDays(1));
        await log.AppendAsync([.. Enumerable.Range(0, 400).Select(i => TestLogs.Event(i))]);
        await log.FlushAsync();
        await log.AppendAsync([.. Enumerable.Range(400, 30).Select(i => TestLogs.Event(i))]);
        var cursor = log.Privileged.ReadEntries();
        foreach (var index in new long[] { 429, 400, 401, 399, 256, 255, 0, 3, 410 })
        {
            var entry = await cursor.ReadAsync(index, CancellationToken.None);
            Assert.Equal((index, $"{index}"), (entry.Index, entry.Event.Resource!.Id));
        }

        await Assert.ThrowsAsync<AuditLogUnreadableException>(() => cursor.ReadAsync(430, CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => cursor.ReadAsync(-1, CancellationToken.None).AsTask());

        // Meanwhile published, and so read from where it is signed.
        await log.FlushAsync();
        await log.AppendAsync(TestLogs.Event(430));
        Assert.Equal("429", (await log.Privileged.ReadEntries().ReadAsync(429, CancellationToken.None)).Event.Resource!.Id);
        Assert.Equal("430", (await cursor.ReadAsync(430, CancellationToken.None)).Event.Resource!.Id);
    }

    [Fact]
    public async Task A_published_entry_that_was_changed_on_disk_is_not_handed_out()
    {
        await using var log = await _logs.OpenAsync();
        await log.AppendAsync([.. Enumerable.Range(0, 256).Select(i => TestLogs.Event(i))]);
        await log.FlushAsync();
        var bundle = Path.Combine(_logs.LogDirectory, "tile", "entries", "000");
        var bytes = await File.ReadAllBytesAsync(bundle);
        bytes.AsSpan()[bytes.AsSpan().IndexOf("alice"u8)] = (byte)'b';
        File.Delete(bundle);
        await File.WriteAllBytesAsync(bundle, bytes);
        await Assert.ThrowsAsync<AuditLogCorruptException>(() => log.Privileged.ReadEntries().ReadAsync(200, CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task Whether_the_log_takes_appends_shows_at_once()
    {
        var fails = false;
        var log = new AuditLog(_logs.Options(new InterceptedSink(new InMemorySink())
        {
            Completing = _ => fails ? throw new AuditLogCorruptException("Damaged.") : new((CommitOutcome?)null),
        }));
        Assert.False(log.Privileged.AcceptsAppends);
        await log.OpenAsync(CancellationToken.None);
        Assert.True(log.Privileged.AcceptsAppends);
        fails = true;
        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(() => log.Privileged.AppendAsync(PrivilegedEntries.Decision()).AsTask());
        fails = false;
        await Waiting.ForAsync(() => log.Privileged.AcceptsAppends, "the log to recover");
        await log.DisposeAsync();
        Assert.False(log.Privileged.AcceptsAppends);
        await Assert.ThrowsAsync<AuditUnavailableException>(() => log.Privileged.AppendAsync(PrivilegedEntries.Decision()).AsTask());
    }

    /// <summary>A context whose only thread runs one thing after the other, as a user interface's does.</summary>
    private sealed class SingleThreadContext : SynchronizationContext, IDisposable
    {
        private readonly BlockingCollection<Action> _posted = [];
        private readonly Thread _thread;

        public SingleThreadContext()
        {
            _thread = new Thread(() =>
            {
                SetSynchronizationContext(this);
                foreach (var action in _posted.GetConsumingEnumerable())
                {
                    action();
                }
            });
            _thread.Start();
        }

        public override void Post(SendOrPostCallback d, object? state) => _posted.Add(() => d(state));

        public Task<T> RunAsync<T>(Func<T> run)
        {
            var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            _posted.Add(() =>
            {
                try
                {
                    result.SetResult(run());
                }
                catch (Exception e)
                {
                    result.SetException(e);
                }
            });
            return result.Task;
        }

        public void Dispose()
        {
            _posted.CompleteAdding();
            _thread.Join();
            _posted.Dispose();
        }
    }
}
