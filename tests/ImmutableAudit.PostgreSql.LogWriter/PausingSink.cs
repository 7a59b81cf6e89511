using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.PostgreSql.LogWriter;

/// <summary>Does something while one commit is open: the head is locked then.</summary>
internal sealed class PausingSink(IAuditSink inner, int pauseAt, Action pause) : IAuditSink
{
    private int _commits;

    public bool IsDurable => inner.IsDurable;

    public bool IsShared => inner.IsShared;

    public long CommittedSize => inner.CommittedSize;

    public ValueTask ClaimAsync(SinkContext context, CancellationToken cancellationToken) => inner.ClaimAsync(context, cancellationToken);

    public ValueTask<SinkRecovery> RecoverAsync(CompactRange? published, CancellationToken cancellationToken) =>
        inner.RecoverAsync(published, cancellationToken);

    public async ValueTask<IAuditCommit> OpenCommitAsync(CancellationToken cancellationToken)
    {
        var commit = await inner.OpenCommitAsync(cancellationToken);
        if (++_commits == pauseAt)
        {
            pause();
        }

        return commit;
    }

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
}
