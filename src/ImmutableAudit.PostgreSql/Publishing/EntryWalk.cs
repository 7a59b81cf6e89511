using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>Goes through committed entries and hashes them.</summary>
internal sealed class EntryWalk(StoredLog log)
{
    private const int EntriesAtOnce = 4096;

    /// <summary>Hands out the leaf hashes of the entries from one index to another, in order.</summary>
    /// <exception cref="AuditLogCorruptException">An entry is gone.</exception>
    public async ValueTask RunAsync(long from, long to, Action<ReadOnlyMemory<MerkleHash>> onLeaves, CancellationToken cancellationToken)
    {
        var leaves = new MerkleHash[Math.Min(EntriesAtOnce, to - from)];
        while (from < to)
        {
            var next = Math.Min(from + EntriesAtOnce, to);
            var (count, bytes) = await log.ReadEntriesAsync(from, next, cancellationToken).ConfigureAwait(false);
            if (count < next - from)
            {
                throw new AuditLogCorruptException(
                    $"Of the entries {from} to {next - 1} of {log}, which are committed, {next - from - count} are gone. Nothing was changed. Verify the log, and restore the database.");
            }

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
}
