using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage;

/// <summary>
/// Reads hashes, proofs and entries of a tree of a given size through an <see cref="ILogReader"/>: first it lists the
/// tiles that are needed, then fetches each of them once, then computes.
/// </summary>
/// <remarks>
/// Nothing here is authenticated: whoever asks verifies the result against a signed root. A missing tile or bundle is an
/// <see cref="AuditFormatException"/> that names it. Thread-safe if the reader is.
/// </remarks>
internal sealed class TreeReader(ILogReader log, BatchHasher hasher)
{
    /// <summary>Reads a log's tree.</summary>
    public TreeReader(ILogReader log)
        : this(log, BatchHasher.Fastest)
    {
    }

    /// <summary>The hashes of complete subtrees, in the order asked for.</summary>
    public async ValueTask<MerkleHash[]> NodeHashesAsync(
        IReadOnlyList<NodeId> nodes, long size, CancellationToken cancellationToken = default)
    {
        var tiles = nodes.Select(node => TileCoordinate.Holding(node, size)).ToArray();
        var distinct = tiles.Distinct().ToArray();
        var bytes = await FetchAsync(distinct, size, cancellationToken).ConfigureAwait(false);

        var hashes = new MerkleHash[nodes.Count];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = Tile.NodeHash(bytes[tiles[i]].Span, nodes[i], hasher);
        }

        return hashes;
    }

    /// <summary>The inclusion proof of RFC 6962 section 2.1.1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or not below the size.</exception>
    public ValueTask<MerkleHash[]> InclusionProofAsync(long index, long size, CancellationToken cancellationToken = default) =>
        AssembleAsync(ProofPlan.Inclusion(index, size), size, cancellationToken);

    /// <summary>The consistency proof of RFC 6962 section 2.1.2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The old size is not above zero, or above the size.</exception>
    public ValueTask<MerkleHash[]> ConsistencyProofAsync(long oldSize, long size, CancellationToken cancellationToken = default) =>
        AssembleAsync(ProofPlan.Consistency(oldSize, size), size, cancellationToken);

    /// <summary>What must be known of the tree to append to it; its root is the tree's.</summary>
    public async ValueTask<CompactRange> CompactRangeAsync(long size, CancellationToken cancellationToken = default)
    {
        var hashes = await NodeHashesAsync(NodeId.ForRange(0, size), size, cancellationToken).ConfigureAwait(false);
        return new CompactRange(size, hashes);
    }

    /// <summary>The bytes of one entry.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or not below the size.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadEntryAsync(long index, long size, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var entries = await ReadEntriesAsync(EntryBundleCoordinate.Holding(index, size), cancellationToken).ConfigureAwait(false);
        return entries[(int)(index % TileCoordinate.FullWidth)];
    }

    /// <summary>The entries of one bundle, which share its memory.</summary>
    public async ValueTask<ReadOnlyMemory<byte>[]> ReadEntriesAsync(
        EntryBundleCoordinate bundle, CancellationToken cancellationToken = default)
    {
        var bytes = await log.ReadEntryBundleAsync(bundle, cancellationToken).ConfigureAwait(false)
            ?? throw Missing("entry bundle", bundle.Path, bundle.FirstEntry + bundle.Width);
        var entries = new ReadOnlyMemory<byte>[bundle.Width];
        var rest = bytes.Span;
        for (var i = 0; i < entries.Length; i++)
        {
            if (!EntryBundle.TryReadEntry(ref rest, out var entry))
            {
                throw new AuditFormatException($"The entry bundle '{bundle.Path}' ends within entry {bundle.FirstEntry + i}.");
            }

            entries[i] = bytes.Slice(bytes.Length - rest.Length - entry.Length, entry.Length);
        }

        return rest.IsEmpty
            ? entries
            : throw new AuditFormatException($"The entry bundle '{bundle.Path}' has {rest.Length} bytes behind its {bundle.Width} entries.");
    }

    private async ValueTask<MerkleHash[]> AssembleAsync(ProofPlan plan, long size, CancellationToken cancellationToken) =>
        plan.Assemble(await NodeHashesAsync(plan.Nodes, size, cancellationToken).ConfigureAwait(false));

    /// <summary>All at once: over a network the time taken is that of the slowest. A proof needs 16 tiles at most.</summary>
    private async ValueTask<Dictionary<TileCoordinate, ReadOnlyMemory<byte>>> FetchAsync(
        TileCoordinate[] tiles, long size, CancellationToken cancellationToken)
    {
        var bytes = await Task.WhenAll(tiles.Select(tile => ReadTileAsync(tile, size, cancellationToken))).ConfigureAwait(false);
        return tiles.Zip(bytes).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    private async Task<ReadOnlyMemory<byte>> ReadTileAsync(TileCoordinate tile, long size, CancellationToken cancellationToken)
    {
        var bytes = await log.ReadTileAsync(tile, cancellationToken).ConfigureAwait(false) ?? throw Missing("tile", tile.Path, size);
        return bytes.Length == tile.Width * MerkleHash.Size
            ? bytes
            : throw new AuditFormatException($"The tile '{tile.Path}' has {bytes.Length} bytes; {tile.Width} hashes take {tile.Width * MerkleHash.Size}.");
    }

    private static AuditFormatException Missing(string what, string path, long size) =>
        new($"The {what} '{path}', which a log of {size} entries has, is not there. Restore it from a backup, or read another copy.");
}
