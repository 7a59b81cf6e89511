using System.Runtime.InteropServices;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage;

/// <summary>
/// Reads hashes, consistency proofs and entries of a tree of a given size through an <see cref="ILogReader"/>: first it lists the
/// tiles that are needed, then fetches each of them once, then computes. A log that lies close by is read at once.
/// </summary>
/// <remarks>
/// Nothing here is authenticated: whoever asks verifies the result against a signed root, as <see cref="SignedTree"/> does. A
/// missing tile or bundle is an <see cref="AuditFormatException"/> that names it. Thread-safe if the reader is.
/// </remarks>
internal sealed class TreeReader(ILogReader log, BatchHasher hasher)
{
    private readonly ILocalFiles? _local = (log as ILocalLog)?.Local;

    /// <summary>Whether the log lies close by.</summary>
    public bool IsLocal => _local is not null;

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

    /// <summary>The consistency proof of RFC 6962 section 2.1.2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The old size is not above zero, or above the size.</exception>
    public async ValueTask<MerkleHash[]> ConsistencyProofAsync(long oldSize, long size, CancellationToken cancellationToken = default)
    {
        var plan = ProofPlan.Consistency(oldSize, size);
        return plan.Assemble(await NodeHashesAsync(plan.Nodes, size, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>What must be known of the tree to append to it; its root is the tree's.</summary>
    public async ValueTask<CompactRange> CompactRangeAsync(long size, CancellationToken cancellationToken = default)
    {
        var hashes = await NodeHashesAsync(NodeId.ForRange(0, size), size, cancellationToken).ConfigureAwait(false);
        return new CompactRange(size, hashes);
    }

    /// <summary>The bytes of one entry.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or not below the size.</exception>
    public async ValueTask<byte[]> ReadEntryAsync(long index, long size, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var bundle = EntryBundleCoordinate.Holding(index, size);
        var position = (int)(index % TileCoordinate.FullWidth);
        if (_local is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return _local.ReadEntry(bundle, position, []) ?? throw Missing(bundle);
        }

        return (await ReadEntriesAsync(bundle, cancellationToken).ConfigureAwait(false))[position].ToArray();
    }

    /// <summary>The bytes of one entry of a log that lies close by, of a full bundle.</summary>
    /// <param name="index">The entry.</param>
    /// <param name="leaf">The entry's leaf hash: what is read by the borders is handed out only if it has this one.</param>
    /// <param name="borders">Where the bundle's parts lie (<see cref="TileNodes.BordersBelow"/>), as far as is known, and then a little more.</param>
    /// <param name="signed">Whether the entry was found to have the leaf hash.</param>
    public byte[] ReadEntry(long index, MerkleHash leaf, Span<int> borders, out bool signed)
    {
        var bundle = new EntryBundleCoordinate(index / TileCoordinate.FullWidth);
        var position = (int)(index % TileCoordinate.FullWidth);
        if (!borders.IsEmpty && _local!.TryReadEntry(bundle, position, borders) is { } found && TreeHasher.HashLeaf(found) == leaf)
        {
            signed = true;
            return found;
        }

        var entry = _local!.ReadEntry(bundle, position, borders) ?? throw Missing(bundle);
        signed = TreeHasher.HashLeaf(entry) == leaf;
        return entry;
    }

    /// <summary>The entries of one bundle, which share its memory.</summary>
    public async ValueTask<ReadOnlyMemory<byte>[]> ReadEntriesAsync(
        EntryBundleCoordinate bundle, CancellationToken cancellationToken = default) =>
        Split(bundle, await ReadBundleAsync(bundle, cancellationToken).ConfigureAwait(false));

    /// <summary>The bytes of one bundle.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadBundleAsync(EntryBundleCoordinate bundle, CancellationToken cancellationToken) =>
        await log.ReadEntryBundleAsync(bundle, cancellationToken).ConfigureAwait(false) ?? throw Missing(bundle);

    /// <summary>Takes a bundle apart: it must hold its entries, and nothing else.</summary>
    public static ReadOnlyMemory<byte>[] Split(EntryBundleCoordinate bundle, ReadOnlyMemory<byte> bytes)
    {
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

    /// <summary>Reads the hashes of a tile of a tree of <paramref name="size"/> entries.</summary>
    public async ValueTask ReadTileAsync(
        TileCoordinate tile, long size, Memory<MerkleHash> destination, CancellationToken cancellationToken)
    {
        if (_local is null)
        {
            var bytes = await ReadTileAsync(tile, size, cancellationToken).ConfigureAwait(false);
            Tile.Hashes(bytes.Span).CopyTo(destination.Span);
            return;
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (!_local.TryReadTile(tile, MemoryMarshal.AsBytes(destination.Span)))
        {
            throw Missing("tile", tile.Path, size);
        }
    }

    /// <summary>Reads hashes of a full tile from a place on; <see langword="false"/> where they are not all there, or the log lies far away.</summary>
    public bool TryReadTilePart(TileCoordinate tile, int from, Span<MerkleHash> destination) =>
        _local is not null && _local.TryReadTilePart(tile, from, MemoryMarshal.AsBytes(destination));

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

    private static AuditFormatException Missing(EntryBundleCoordinate bundle) =>
        Missing("entry bundle", bundle.Path, bundle.FirstEntry + bundle.Width);

    private static AuditFormatException Missing(string what, string path, long size) =>
        new($"The {what} '{path}', which a log of {size} entries has, is not there. Restore it from a backup, or read another copy.");
}
