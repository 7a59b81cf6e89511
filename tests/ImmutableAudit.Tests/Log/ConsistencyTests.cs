using ImmutableAudit.Checkpoints;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Log;

/// <summary>What one state of a log says about another: proofs of consistency, and a log that succeeds another (LOG.md L19).</summary>
public sealed class ConsistencyTests : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_log_proves_that_it_extends_each_of_its_earlier_states()
    {
        await using var log = await _logs.OpenAsync();
        var states = new List<Checkpoint>();
        for (var i = 0; i < 9; i++)
        {
            await log.AppendAsync([.. Enumerable.Range(0, 40).Select(number => TestLogs.Event(number))]);
            states.Add((await log.FlushAsync()).Checkpoint);
        }

        foreach (var state in states)
        {
            var proof = await log.ProveConsistencyAsync(state.Size);
            Assert.True(proof.Verify(state, [_logs.Key]));
            Assert.All(states.Where(other => other != state), other => Assert.False(proof.Verify(other, [_logs.Key])));
            Assert.False(proof.Verify(new Checkpoint(state.Origin, state.Size, states[^1].Root), [_logs.Key]) && state != states[^1]);
        }

        // Also of sizes that were never published.
        for (var size = 1; size <= states[^1].Size; size += 7)
        {
            Assert.Equal(size, (await log.ProveConsistencyAsync(size)).OldSize);
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await log.ProveConsistencyAsync(0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await log.ProveConsistencyAsync(361));
    }

    [Fact]
    public async Task A_log_that_succeeds_another_names_its_final_checkpoint_first()
    {
        SignedCheckpoint last;
        await using (var log = await _logs.OpenAsync())
        {
            await log.AppendAsync(TestLogs.Event(0));
            last = await log.FlushAsync();
        }

        for (var run = 0; run < 2; run++)
        {
            await using var next = await _logs.OpenInMemoryAsync(configure: options => options.Predecessor = last);
            var entry = await next.ReadAsync().SingleAsync();
            Assert.Equal("log.opened", entry.Type);
            var predecessor = entry.Event.Details!.Root.GetProperty("predecessor");
            Assert.Equal(TestLogs.Origin, predecessor.GetProperty("origin").GetString());
            Assert.Equal(1, predecessor.GetProperty("size").GetInt64());
            Assert.Equal(last.Checkpoint.Root.ToString(), predecessor.GetProperty("root").GetString());
            Assert.Equal(last.Note.Bytes.ToArray(), System.Text.Encoding.UTF8.GetBytes(predecessor.GetProperty("checkpoint").GetString()!));
        }
    }
}
