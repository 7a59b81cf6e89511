using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Log;

/// <summary>
/// Reads single committed entries in any order, and remembers the run that the last one lay in. What is published is handed
/// out only as it was signed; what is not comes from the sink, which answers for it until it is signed (LOG.md L2). Used by
/// one caller at a time.
/// </summary>
internal sealed class EntryCursor(LogServices log, Func<SignedCheckpoint, LogSnapshot> snapshots, Func<SignedCheckpoint> latest)
    : IEntryReader
{
    private List<ReadOnlyMemory<byte>> _run = [];
    private long _first;

    public async ValueTask<AuditEntry> ReadAsync(long index, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (index < _first || index >= _first + _run.Count)
        {
            await FetchAsync(index, cancellationToken).ConfigureAwait(false);
        }

        return AuditEntry.Decode(index, _run[(int)(index - _first)]);
    }

    private async ValueTask FetchAsync(long index, CancellationToken cancellationToken)
    {
        if (await TryFetchSignedAsync(latest(), index, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var run = await log.Sink.ReadCommittedAsync(index, cancellationToken).ConfigureAwait(false)
            ?? throw new AuditLogUnreadableException($"Entry {index} of the log '{log.Options.Origin}' is not committed, or storage does not give it out.");

        // It may have been published meanwhile, and come from a file that is not held against anything.
        var checkpoint = latest();
        if (!await TryFetchSignedAsync(checkpoint, index, cancellationToken).ConfigureAwait(false))
        {
            // With those in front of it that are not published either: who follows a chain asks for them next.
            var first = Math.Max(run.FirstIndex, checkpoint.Checkpoint.Size);
            _run = [.. run.From(first)];
            _first = first;
        }
    }

    private async ValueTask<bool> TryFetchSignedAsync(SignedCheckpoint checkpoint, long index, CancellationToken cancellationToken)
    {
        var size = checkpoint.Checkpoint.Size;
        if (index >= size)
        {
            return false;
        }

        var bundle = EntryBundleCoordinate.Holding(index, size);
        var run = new List<ReadOnlyMemory<byte>>(bundle.Width);
        await foreach (var entry in snapshots(checkpoint).ReadAsync(bundle.FirstEntry, bundle.FirstEntry + bundle.Width, cancellationToken).ConfigureAwait(false))
        {
            run.Add(entry);
        }

        _run = run;
        _first = bundle.FirstEntry;
        return true;
    }
}
