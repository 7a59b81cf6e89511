using ImmutableAudit.Storage;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Testing;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Doubles;

/// <summary>A sink that fails as it is told, and otherwise does not.</summary>
public sealed class FaultySinkTests : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 3)]
    public async Task A_commit_fails_once_and_has_taken_effect_or_not(bool tookEffect, int committed)
    {
        var sink = new FaultySink(new InMemorySink());
        await using var log = await OpenAsync(sink);
        sink.Fail(SinkOperation.Complete, after: 1, tookEffect);
        await log.AppendAsync(TestLogs.Event(0));
        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(async () => await log.AppendAsync(TestLogs.Event(1)));
        while (true)
        {
            try
            {
                await log.AppendAsync(TestLogs.Event(2));
                break;
            }
            catch (AuditUnavailableException)
            {
                await Task.Yield(); // It is recovering.
            }
        }

        Assert.Equal(committed, log.Size);
        Assert.Equal(3, sink.Count(SinkOperation.Complete));
        Assert.Equal(2, sink.Count(SinkOperation.Recover));
    }

    [Fact]
    public async Task A_commit_is_answered_without_being_written()
    {
        var sink = new FaultySink(new InMemorySink());
        await using var log = await OpenAsync(sink);
        sink.Answer(CommitOutcome.Conflict);
        sink.Answer(CommitOutcome.Conflict, after: 1);
        Assert.Equal(0, (await log.AppendAsync(TestLogs.Event(0))).Index);
        Assert.Equal(3, sink.Count(SinkOperation.OpenCommit));
        Assert.Throws<ArgumentOutOfRangeException>(() => sink.Answer(CommitOutcome.Committed));
    }

    [Fact]
    public async Task An_operation_waits_until_it_is_released()
    {
        var sink = new FaultySink(new InMemorySink());
        await using var log = await OpenAsync(sink);
        using var held = sink.Hold(SinkOperation.Publish);
        await log.AppendAsync(TestLogs.Event(0));
        var flush = log.FlushAsync().AsTask();
        await held.Reached;
        Assert.Equal(0, log.LatestCheckpoint.Checkpoint.Size);
        Assert.False(flush.IsCompleted);
        held.Release();
        Assert.Equal(1, (await flush).Checkpoint.Size);
    }

    [Fact]
    public async Task Whatever_can_be_asked_can_fail_with_an_exception_of_ones_own()
    {
        var sink = new FaultySink(new InMemorySink());
        await using var log = await OpenAsync(sink);
        await log.AppendAsync(TestLogs.Event(0));
        await log.FlushAsync();
        var calls = new Dictionary<SinkOperation, Func<Task>>
        {
            [SinkOperation.Claim] = () => sink.ClaimAsync(null!, default).AsTask(),
            [SinkOperation.Recover] = () => sink.RecoverAsync(null, default).AsTask(),
            [SinkOperation.OpenCommit] = () => sink.OpenCommitAsync(default).AsTask(),
            [SinkOperation.Complete] = async () => await (await sink.OpenCommitAsync(default)).CompleteAsync(default, default),
            [SinkOperation.Integrate] = () => sink.IntegrateAsync(default).AsTask(),
            [SinkOperation.Publish] = () => sink.PublishAsync(log.LatestCheckpoint, default).AsTask(),
            [SinkOperation.ReadCommitted] = () => sink.ReadCommittedAsync(0, default).AsTask(),
            [SinkOperation.ReadCheckpoint] = () => sink.ReadCheckpointAsync().AsTask(),
            [SinkOperation.ReadTile] = () => sink.ReadTileAsync(new(0, 0, 1)).AsTask(),
            [SinkOperation.ReadEntryBundle] = () => sink.ReadEntryBundleAsync(new(0, 1)).AsTask(),
        };
        foreach (var operation in Enum.GetValues<SinkOperation>())
        {
            var before = sink.Count(operation);
            sink.Fail(operation, exception: new TimeoutException("as told"));
            Assert.Equal("as told", (await Assert.ThrowsAsync<TimeoutException>(calls[operation])).Message);
            Assert.Equal(before + 1, sink.Count(operation));
        }
    }

    [Fact]
    public async Task It_is_a_sink()
    {
        foreach (var conformance in SinkConformance.Cases)
        {
            await using var harness = new Harness();
            await conformance.RunAsync(harness);
        }
    }

    private Task<AuditLog> OpenAsync(FaultySink sink) => AuditLog.OpenAsync(_logs.Options(sink, options => options.CheckpointInterval = TimeSpan.FromDays(1)));

    private sealed class Harness : SinkHarness
    {
        private readonly InMemoryStore _store = new();

        public override IAuditSink CreateSink() => new FaultySink(new InMemorySink(_store));
    }
}
