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

    public bool IsDurable => inner.IsDurable;

    public bool IsShared => inner.IsShared;

    public long CommittedSize => inner.CommittedSize;

    public ValueTask ClaimAsync(SinkContext context, CancellationToken cancellationToken) => inner.ClaimAsync(context, cancellationToken);

    public ValueTask<SinkRecovery> RecoverAsync(CompactRange? published, CompactRange? acknowledged, CancellationToken cancellationToken) =>
        inner.RecoverAsync(published, acknowledged, cancellationToken);

    public async ValueTask<IAuditCommit> OpenCommitAsync(CancellationToken cancellationToken) =>
        new Commit(this, await inner.OpenCommitAsync(cancellationToken));

    public ValueTask<CompactRange> IntegrateAsync(CancellationToken cancellationToken) => inner.IntegrateAsync(cancellationToken);

    public ValueTask<SignedCheckpoint?> PublishAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken) =>
        inner.PublishAsync(checkpoint, cancellationToken);

    public ValueTask<CommittedEntries?> ReadCommittedAsync(long index, CancellationToken cancellationToken) =>
        inner.ReadCommittedAsync(index, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken = default) =>
        inner.ReadCheckpointAsync(cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileCoordinate tile, CancellationToken cancellationToken = default) =>
        inner.ReadTileAsync(tile, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadEntryBundleAsync(EntryBundleCoordinate bundle, CancellationToken cancellationToken = default) =>
        inner.ReadEntryBundleAsync(bundle, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Commit(InterceptedSink sink, IAuditCommit inner) : IAuditCommit
    {
        public LogHead Head => inner.Head;

        public CompactRange Range => inner.Range;

        public DateTimeOffset Now => inner.Now;

        public async ValueTask<CommitOutcome> CompleteAsync(CommitBatch batch, CancellationToken cancellationToken) =>
            (sink.Completing is { } completing ? await completing(batch) : null) ?? await inner.CompleteAsync(batch, cancellationToken);

        public void Dispose() => inner.Dispose();
    }
}
