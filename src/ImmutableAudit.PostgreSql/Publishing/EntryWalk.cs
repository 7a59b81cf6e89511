using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>Goes through committed entries, from one on, and hashes them.</summary>
/// <param name="log">The log.</param>
/// <param name="times">What to hold them against; <see langword="null"/> where that was done, or entries are any bytes.</param>
internal sealed class EntryWalk(StoredLog log, EntryTimes? times = null)
{
    private const int EntriesAtOnce = 4096;

    private bool _isUnderWay;

    /// <summary>Hands out the leaf hashes of the entries from one index to another, in order.</summary>
    /// <exception cref="AuditLogCorruptException">An entry is gone, or is not to be signed.</exception>
    public async ValueTask RunAsync(long from, long to, Action<ReadOnlyMemory<MerkleHash>> onLeaves, CancellationToken cancellationToken)
    {
        var leaves = new MerkleHash[Math.Min(EntriesAtOnce, to - from)];
        if (!_isUnderWay && from > 0 && times is not null)
        {
            var (_, before) = await ReadAsync(from - 1, from, cancellationToken).ConfigureAwait(false);
            Check(from - 1, before); // Where it was dropped as too old, there is nothing to hold the next against.
        }

        _isUnderWay = true;
        while (from < to)
        {
            var next = Math.Min(from + EntriesAtOnce, to);
            var (count, bytes) = await ReadAsync(from, next, cancellationToken).ConfigureAwait(false);
            if (count < next - from)
            {
                throw new AuditLogCorruptException(
                    $"Of the entries {from} to {next - 1} of {log}, which are committed, {next - from - count} are gone. Nothing was changed. Verify the log, and restore the database.");
            }

            Check(from, bytes);
            Hash(bytes, leaves.AsSpan(0, count));
            onLeaves(leaves.AsMemory(0, count));
            from = next;
        }
    }

    private static void Hash(ReadOnlyMemory<byte> bytes, Span<MerkleHash> leaves)
    {
        var rest = bytes.Span;
        EntryBundle.HashEntries(ref rest, leaves);
    }

    private async ValueTask<(int Count, ReadOnlyMemory<byte> Bytes)> ReadAsync(long from, long to, CancellationToken cancellationToken)
    {
        try
        {
            return await log.ReadEntriesAsync(from, to, cancellationToken).ConfigureAwait(false);
        }
        catch (AuditFormatException e)
        {
            throw new AuditLogCorruptException($"{log}: {e.Message} Nothing was changed.", e);
        }
    }

    private void Check(long from, ReadOnlyMemory<byte> entries)
    {
        for (var rest = entries.Span; times is not null && EntryBundle.TryReadEntry(ref rest, out var entry);)
        {
            times.Check(from++, entry);
        }
    }
}
