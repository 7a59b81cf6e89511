using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Support;

/// <summary>A sink in front of another, where a test can stop commits or let them fail.</summary>
internal sealed class InterceptedSink(IAuditSink inner) : IAuditSink
{
    /// <summary>Runs before a commit is completed; may wait, throw, or answer in the sink's place.</summary>
    public Func<CommitBatch, ValueTask<CommitOutcome?>>? Completing { get; set; }

    /// <summary>Runs after a commit was completed; when it throws, the commit failed but took effect.</summary>
    public Action? Completed { get; set; }

    /// <summary>What is told to have been found, in the place of what was.</summary>
    public Func<SinkRecovery, SinkRecovery>? Recovered { get; set; }

    /// <summary>Runs before everything else that is asked of the sink.</summary>
    public Action? Asking { get; set; }

    /// <summary>How far storage's clock is ahead of the log's own; behind it where less than none.</summary>
    public TimeSpan Ahead { get; set; }

    public bool IsDurable => inner.IsDurable;

    public bool IsShared => inner.IsShared;

    public long CommittedSize => inner.CommittedSize;

    public ValueTask ClaimAsync(SinkContext context, CancellationToken cancellationToken) =>
        Asked().ClaimAsync(context, cancellationToken);

    public async ValueTask<SinkRecovery> RecoverAsync(CompactRange? published, CancellationToken cancellationToken)
    {
        var found = await Asked().RecoverAsync(published, cancellationToken);
        return Recovered?.Invoke(found) ?? found;
    }

    public async ValueTask<IAuditCommit> OpenCommitAsync(CancellationToken cancellationToken) =>
        new Commit(this, await Asked().OpenCommitAsync(cancellationToken));

    public ValueTask<CompactRange> IntegrateAsync(CancellationToken cancellationToken) =>
        Asked().IntegrateAsync(cancellationToken);

    public ValueTask<SignedCheckpoint?> PublishAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken) =>
        Asked().PublishAsync(checkpoint, cancellationToken);

    public ValueTask<CommittedEntries?> ReadCommittedAsync(long index, CancellationToken cancellationToken) =>
        Asked().ReadCommittedAsync(index, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken = default) =>
        Asked().ReadCheckpointAsync(cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileCoordinate tile, CancellationToken cancellationToken = default) =>
        Asked().ReadTileAsync(tile, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadEntryBundleAsync(EntryBundleCoordinate bundle, CancellationToken cancellationToken = default) =>
        Asked().ReadEntryBundleAsync(bundle, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private IAuditSink Asked()
    {
        Asking?.Invoke();
        return inner;
    }

    private sealed class Commit(InterceptedSink sink, IAuditCommit inner) : IAuditCommit
    {
        public LogHead Head => inner.Head;

        public DateTimeOffset Now => inner.Now + sink.Ahead;

        public async ValueTask<CommitOutcome> CompleteAsync(CommitBatch batch, CancellationToken cancellationToken)
        {
            sink.Asked();
            var outcome = (sink.Completing is { } completing ? await completing(batch) : null) ?? await inner.CompleteAsync(batch, cancellationToken);
            sink.Completed?.Invoke();
            return outcome;
        }

        public void Dispose() => inner.Dispose();
    }
}
