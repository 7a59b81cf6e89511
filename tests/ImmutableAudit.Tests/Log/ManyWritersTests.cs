using ImmutableAudit.Storage;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Log;

/// <summary>Several writers share one store (LOG.md L26).</summary>
public sealed class ManyWritersTests : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Three_writers_make_one_order_without_gap_or_duplicate()
    {
        var store = new InMemoryStore();
        var logs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _logs.OpenInMemoryAsync(store, options => options.CheckpointInterval = TimeSpan.FromMilliseconds(10))));
        var receipts = (await Task.WhenAll(logs.SelectMany((log, writer) => Enumerable.Range(0, 4).Select(producer => Task.Run(async () =>
        {
            var mine = new List<(AuditReceipt Receipt, string Label)>();
            for (var i = 0; i < 100; i++)
            {
                var label = $"{writer}-{producer}-{i}";
                mine.Add((await log.AppendAsync(Labelled(label)), label));
            }

            Assert.Equal(mine.Select(own => own.Receipt.Index).Order(), mine.Select(own => own.Receipt.Index));
            return mine;
        }))))).SelectMany(mine => mine).OrderBy(own => own.Receipt.Index).ToList();

        Assert.Equal(Enumerable.Range(0, 1200).Select(i => (long)i), receipts.Select(own => own.Receipt.Index));
        foreach (var log in logs)
        {
            var entries = await log.ReadAsync().ToListAsync();
            Assert.Equal(receipts.Select(own => (own.Receipt.LeafHash, own.Receipt.Id, own.Label)), entries.Select(entry => (entry.LeafHash, entry.Id, entry.Event.Resource!.Id!)));
            Assert.Equal(1200, (await log.FlushAsync()).Checkpoint.Size);
            var result = await new LogVerifier(log.Published, new LogVerificationOptions { Keys = [_logs.Key] }).VerifyAsync();
            Assert.True(result.Holds, result.Failure?.Message);
            Assert.True((await log.ProveAsync(777)).Verify([_logs.Key]).Holds);
        }

        Assert.Single(logs.Select(log => Convert.ToBase64String(log.LatestCheckpoint.Bytes.Span)).Distinct(StringComparer.Ordinal));
        foreach (var log in logs)
        {
            await log.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_conditional_append_is_linearizable_between_writers()
    {
        var store = new InMemoryStore();
        var logs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _logs.OpenInMemoryAsync(store)));
        var won = await Task.WhenAll(logs.SelectMany(log => Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            var mine = new List<long>();
            for (long expected = 0; expected < 150;)
            {
                var result = await log.AppendIfAsync(TestLogs.Event(expected), head => head.Size == expected);
                if (result.Appended)
                {
                    Assert.Equal((expected, expected), (result.Receipt.Index, result.Head.Size));
                    mine.Add(expected);
                }
                else
                {
                    Assert.NotEqual(expected, result.Head.Size);
                }

                expected = result.Head.Size + (result.Appended ? 1 : 0);
            }

            return mine;
        }))));

        // Each number was appended by exactly one of them.
        Assert.Equal(Enumerable.Range(0, 150).Select(i => (long)i), won.SelectMany(mine => mine).Order());
        var entries = await logs[0].ReadAsync().ToListAsync();
        Assert.Equal(string.Join(' ', Enumerable.Range(0, 150)), TestLogs.Labels(entries));
        foreach (var log in logs)
        {
            await log.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_condition_that_throws_is_not_asked_again_when_another_writer_was_first()
    {
        var conflicts = 0;
        var sink = new InterceptedSink(new InMemorySink())
        {
            Completing = _ => new(conflicts++ == 0 ? CommitOutcome.Conflict : null),
        };
        await using var log = await AuditLog.OpenAsync(_logs.Options(sink));
        var asked = 0;
        using var first = new ManualResetEventSlim();
        var blocker = log.AppendIfAsync(TestLogs.Event(0), _ =>
        {
            first.Wait(Waiting.Limit);
            return false;
        }).AsTask();
        var failing = log.AppendIfAsync(TestLogs.Event(1), _ => asked++ == 0 ? throw new InvalidOperationException("No.") : true).AsTask();
        var plain = log.AppendAsync(TestLogs.Event(2)).AsTask();
        first.Set();

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        Assert.Equal(0, (await plain).Index);
        Assert.False((await blocker).Appended);
        Assert.Equal(1, asked);
        Assert.Equal(1, log.Size);
    }

    private static AuditEvent Labelled(string label) => TestLogs.Event(0) with { Resource = new AuditResource { Type = "label", Id = label } };
}
