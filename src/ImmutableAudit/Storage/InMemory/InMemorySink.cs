using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage.InMemory;

/// <summary>One writer's access to an <see cref="InMemoryStore"/>. Several may write at once: a commit that was not first conflicts (LOG.md L26).</summary>
public sealed class InMemorySink : IAuditSink
{
    private readonly InMemoryStore _store;
    private SinkContext? _context;
    private long _integrated;

    /// <summary>A sink on a store of its own.</summary>
    public InMemorySink()
        : this(new InMemoryStore())
    {
    }

    /// <summary>A sink on a store that others may write to as well.</summary>
    public InMemorySink(InMemoryStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
    }

    /// <inheritdoc/>
    public bool IsDurable => false;

    /// <inheritdoc/>
    public bool IsShared => true;

    /// <inheritdoc/>
    public long CommittedSize => _store.Head.Size;

    /// <inheritdoc/>
    public ValueTask ClaimAsync(SinkContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_context is not null)
        {
            throw new InvalidOperationException("The sink is open already. Give each log a sink of its own; they may share a store.");
        }

        _store.Bind(context.Origin);
        _context = context;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<SinkRecovery> RecoverAsync(CompactRange? published, CancellationToken cancellationToken)
    {
        _store.Check(published);
        _integrated = published?.Size ?? 0;
        return new(new SinkRecovery(_store.Head));
    }

    /// <inheritdoc/>
    public ValueTask<IAuditCommit> OpenCommitAsync(CancellationToken cancellationToken)
    {
        return new(new Commit(_store, _store.Head, _context!.TimeProvider.GetUtcNow()));
    }

    /// <inheritdoc/>
    public ValueTask<CompactRange> IntegrateAsync(CancellationToken cancellationToken)
    {
        var range = _store.Range;
        _integrated = range.Size;
        return new(range);
    }

    /// <inheritdoc/>
    public ValueTask<SignedCheckpoint?> PublishAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return new(_store.Publish(checkpoint, _integrated));
    }

    /// <inheritdoc/>
    public ValueTask<CommittedEntries?> ReadCommittedAsync(long index, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var size = CommittedSize;
        if (index >= size)
        {
            return new((CommittedEntries?)null);
        }

        var bundle = EntryBundleCoordinate.Holding(index, size);
        return new(new CommittedEntries(bundle.FirstEntry, bundle.Width, _store.ReadEntries(bundle.FirstEntry, bundle.Width)!.Value));
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken = default) =>
        new(_store.Checkpoint?.Note.Bytes);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileCoordinate tile, CancellationToken cancellationToken = default) =>
        new(_store.ReadTile(tile));

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadEntryBundleAsync(EntryBundleCoordinate bundle, CancellationToken cancellationToken = default) =>
        new(_store.ReadEntries(bundle.FirstEntry, bundle.Width));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _context = null;
        return ValueTask.CompletedTask;
    }

    private sealed class Commit(InMemoryStore store, LogHead head, DateTimeOffset now) : IAuditCommit
    {
        public LogHead Head => head;

        public DateTimeOffset Now => now;

        public ValueTask<CommitOutcome> CompleteAsync(CommitBatch batch, CancellationToken cancellationToken) =>
            new(store.TryAppend(batch) ? CommitOutcome.Committed : CommitOutcome.Conflict);

        public void Dispose()
        {
            // The store holds no lock while a commit is open.
        }
    }
}
