using System.Buffers;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage;

/// <summary>
/// The tree under one checkpoint: hands out proofs whose hashes were all shown to lead to its root. The right edge is held against
/// the root, once; every other tile against its root as the tile above has it. A tile that is kept may have been changed
/// on disk since: what is handed out is what was signed.
/// </summary>
/// <remarks>Thread-safe if the reader is. Failures are those of <see cref="LogSnapshot"/>.</remarks>
internal sealed class SignedTree(TreeReader reader, Checkpoint head, TileCache cache)
{
    private const int TileLevels = 8, PartLevels = 5;

    private readonly BatchHasher _hasher = BatchHasher.Fastest;
    private volatile SignedEdge? _edge;

    /// <summary>The entry at an index, and its inclusion proof (RFC 6962 section 2.1.1).</summary>
    /// <param name="index">Below the checkpoint's size.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>No entry where the one that is stored is not the one that was signed.</returns>
    public async ValueTask<(byte[]? Entry, MerkleHash[] Proof)> ProveAsync(long index, CancellationToken cancellationToken)
    {
        // Far away the time taken is that of the slowest; close by the entry is found faster once the tile is known.
        var reading = reader.IsLocal ? null : reader.ReadEntryAsync(index, head.Size, cancellationToken).AsTask();
        var edge = _edge ?? await LoadEdgeAsync(cancellationToken).ConfigureAwait(false);
        var path = await PathAsync(edge, index, cancellationToken).ConfigureAwait(false);
        var proof = edge.Assemble(index, path);
        if (path[0] is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var leaf = TryProveWithin(index, path[1]!, proof) ?? await ReadAndProveWithinAsync(index, path[1]!, proof, cancellationToken).ConfigureAwait(false);
            if (reading is null)
            {
                var place = (int)(index / TileCoordinate.FullWidth % TileCoordinate.FullWidth);
                var found = reader.ReadEntry(index, leaf, path[1]!.BordersBelow(place), out var signed);
                return (signed ? found : null, proof);
            }

            return (await SignedOrNullAsync(reading, leaf).ConfigureAwait(false), proof);
        }

        reading ??= reader.ReadEntryAsync(index, head.Size, cancellationToken).AsTask();
        return (await SignedOrNullAsync(reading, path[0]!.Node(0, (int)(index % TileCoordinate.FullWidth))).ConfigureAwait(false), proof);
    }

    /// <summary>Whether leaf hashes are those of a bundle's entries, as signed. They are overwritten.</summary>
    public async ValueTask<bool> HoldsAsync(EntryBundleCoordinate bundle, Memory<MerkleHash> leaves, CancellationToken cancellationToken)
    {
        var edge = _edge ?? await LoadEdgeAsync(cancellationToken).ConfigureAwait(false);
        var path = await PathAsync(edge, bundle.FirstEntry, cancellationToken).ConfigureAwait(false);
        return path[0] is { } last
            ? last.Hashes.Span.SequenceEqual(leaves.Span)
            : _hasher.HashCompleteSubtree(leaves.Span) == path[1]!.Node(0, (int)(bundle.Index % TileCoordinate.FullWidth));
    }

    /// <summary>A tile of the tree, as signed.</summary>
    public async ValueTask<TileNodes> TileAsync(TileCoordinate tile, CancellationToken cancellationToken)
    {
        var edge = _edge ?? await LoadEdgeAsync(cancellationToken).ConfigureAwait(false);
        var path = await PathAsync(edge, tile.Index << (TileLevels * (tile.Level + 1)), cancellationToken).ConfigureAwait(false);
        if (path[tile.Level] is { } found)
        {
            return found;
        }

        var leaves = new TileNodes(tile);
        await ReadAsync(leaves, cancellationToken).ConfigureAwait(false);
        Check(tile, leaves.Root, path[1]!);
        return leaves;
    }

    private async ValueTask<SignedEdge> LoadEdgeAsync(CancellationToken cancellationToken)
    {
        var tiles = TileBuilder.PartialTilesOf(head.Size).Select(tile => new TileNodes(tile)).ToList();
        await Task.WhenAll(tiles.Select(tile => ReadAsync(tile, cancellationToken))).ConfigureAwait(false);
        var edge = new SignedEdge(head.Size, tiles);
        return edge.Root == head.Root ? _edge = edge : throw NotSigned($"One of '{string.Join("', '", tiles.Select(tile => tile.Coordinate.Path))}'");
    }

    /// <summary>The tiles on the way to an entry, by level, each the signed one; that of level 0 only if it is at the edge.</summary>
    private async ValueTask<TileNodes?[]> PathAsync(SignedEdge edge, long index, CancellationToken cancellationToken)
    {
        var path = new TileNodes?[edge.Levels];
        List<Task>? reads = null;
        for (var level = 0; level < path.Length; level++)
        {
            if (edge.IsOnTheWay(level, index))
            {
                path[level] = edge[level];
            }
            else if (level > 0)
            {
                var tile = new TileCoordinate(level, SignedEdge.TileIndex(level, index));
                path[level] = cache.Find(tile);
                if (path[level] is null)
                {
                    var missing = path[level] = new TileNodes(tile);
                    (reads ??= []).Add(ReadAsync(missing, cancellationToken));
                }
            }
        }

        // All at once: over a network the time taken is that of the slowest.
        if (reads is not null)
        {
            await Task.WhenAll(reads).ConfigureAwait(false);
        }

        for (var level = path.Length - 2; level > 0; level--)
        {
            if (path[level] is { Coordinate.IsPartial: false } tile)
            {
                Check(tile.Coordinate, tile.Root, path[level + 1]!);
                cache.Keep(tile);
            }
        }

        return path;
    }

    private static async ValueTask<byte[]?> SignedOrNullAsync(Task<byte[]> reading, MerkleHash leaf)
    {
        var entry = await reading.ConfigureAwait(false);
        return TreeHasher.HashLeaf(entry) == leaf ? entry : null;
    }

    /// <summary>
    /// The siblings within a full tile of the lowest level, and the leaf hash, where the roots of its parts are known and it lies
    /// close by: then the others are neither read nor hashed again.
    /// </summary>
    private MerkleHash? TryProveWithin(long index, TileNodes parent, MerkleHash[] proof)
    {
        var tile = new TileCoordinate(0, index / TileCoordinate.FullWidth);
        var slot = (int)(index % TileCoordinate.FullWidth);
        var parts = parent.PartsBelow((int)(tile.Index % TileCoordinate.FullWidth));
        Span<MerkleHash> hashes = stackalloc MerkleHash[TileNodes.PartWidth];
        if (parts.IsEmpty || !reader.TryReadTilePart(tile, slot / TileNodes.PartWidth * TileNodes.PartWidth, hashes))
        {
            return null;
        }

        var leaf = hashes[slot % TileNodes.PartWidth];
        ProveWithinPart(tile, hashes, slot, parts, proof);
        return leaf;
    }

    /// <summary>
    /// The same, with the whole tile read. Each of the many tiles of this level is rarely needed again: only the roots of its
    /// parts are remembered.
    /// </summary>
    private async ValueTask<MerkleHash> ReadAndProveWithinAsync(
        long index, TileNodes parent, MerkleHash[] proof, CancellationToken cancellationToken)
    {
        // After a failure the array is not given back: a read that goes on may still write to it.
        var nodes = ArrayPool<MerkleHash>.Shared.Rent(TileCoordinate.FullWidth);
        var tile = new TileCoordinate(0, index / TileCoordinate.FullWidth);
        var slot = (int)(index % TileCoordinate.FullWidth);
        await reader.ReadTileAsync(tile, head.Size, nodes.AsMemory(0, tile.Width), cancellationToken).ConfigureAwait(false);
        var leaf = nodes[slot];
        ProveWithin(tile, nodes.AsSpan(0, tile.Width), slot, parent, proof.AsSpan(0, TileLevels));
        ArrayPool<MerkleHash>.Shared.Return(nodes);
        return leaf;
    }

    private void ProveWithin(TileCoordinate tile, Span<MerkleHash> hashes, int slot, TileNodes parent, Span<MerkleHash> proof)
    {
        var place = (int)(tile.Index % TileCoordinate.FullWidth);
        if (parent.PartsBelow(place) is { IsEmpty: false } known)
        {
            ProveWithinPart(tile, hashes.Slice(slot / TileNodes.PartWidth * TileNodes.PartWidth, TileNodes.PartWidth), slot, known, proof);
            return;
        }

        Span<MerkleHash> parts = stackalloc MerkleHash[TileNodes.PartCount];
        Climb(hashes, slot, proof[..PartLevels]).CopyTo(parts);
        Span<MerkleHash> top = stackalloc MerkleHash[TileNodes.PartCount];
        parts.CopyTo(top);
        Check(tile, Climb(top, slot / TileNodes.PartWidth, proof[PartLevels..])[0], parent);
        parent.Remember(place, parts);
    }

    /// <summary>The siblings within a tile of whose parts the roots are known, from the part that holds the place.</summary>
    private void ProveWithinPart(
        TileCoordinate tile, Span<MerkleHash> hashes, int slot, ReadOnlySpan<MerkleHash> parts, Span<MerkleHash> proof)
    {
        var part = slot / TileNodes.PartWidth;
        var place = slot % TileNodes.PartWidth;

        // Eight nodes of this part; behind them the roots of the four parts of the other half, and of the two parts beside this one and
        // its neighbour. What lies over those comes from the same steps, in lanes that would be idle.
        Span<MerkleHash> nodes = stackalloc MerkleHash[8 + 4 + 2];
        Climb(hashes, place, proof[..2]).CopyTo(nodes);
        parts.Slice((part & 4) ^ 4, 4).CopyTo(nodes[8..]);
        parts.Slice((part & 6) ^ 2, 2).CopyTo(nodes[12..]);

        proof[2] = nodes[(place >> 2) ^ 1];
        _hasher.HashNodes(nodes, nodes[..7]);
        proof[3] = nodes[(place >> 3) ^ 1];
        proof[6] = nodes[6];
        _hasher.HashNodes(nodes[..6], nodes[..3]);
        proof[4] = nodes[(place >> 4) ^ 1];
        proof[5] = parts[part ^ 1];
        proof[7] = nodes[2];
        _hasher.HashNodes(nodes[..2], nodes[..1]);
        if (nodes[0] != parts[part])
        {
            throw NotSigned($"'{tile.Path}'");
        }
    }

    /// <summary>Hashes upwards in place, as many levels as there is room for siblings, and gives what it has come to.</summary>
    private ReadOnlySpan<MerkleHash> Climb(Span<MerkleHash> level, int slot, Span<MerkleHash> siblings)
    {
        foreach (ref var sibling in siblings)
        {
            sibling = level[slot ^ 1];
            _hasher.HashNodes(level, level[..(level.Length / 2)]);
            level = level[..(level.Length / 2)];
            slot /= 2;
        }

        return level;
    }

    private async Task ReadAsync(TileNodes tile, CancellationToken cancellationToken)
    {
        await reader.ReadTileAsync(tile.Coordinate, head.Size, tile.Hashes, cancellationToken).ConfigureAwait(false);
        tile.Complete(_hasher);
    }

    private void Check(TileCoordinate tile, MerkleHash root, TileNodes parent)
    {
        if (root != parent.Node(0, (int)(tile.Index % TileCoordinate.FullWidth)))
        {
            throw NotSigned($"'{tile.Path}'");
        }
    }

    private AuditLogCorruptException NotSigned(string what) => new(
        $"{what} of the log '{Printable.Of(head.Origin)}', as stored, is not what was signed. Verify the log to see what was changed.");
}
