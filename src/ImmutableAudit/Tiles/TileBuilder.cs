using System.Numerics;
using System.Runtime.InteropServices;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tiles;

/// <summary>Takes a tile that has become full.</summary>
/// <param name="tile">Which.</param>
/// <param name="bytes">What it holds; valid during the call.</param>
public delegate void FullTileHandler(TileCoordinate tile, ReadOnlySpan<byte> bytes);

/// <summary>
/// Grows the right edge of a tiled tree: takes leaf hashes, hands out each tile the moment it is full, and keeps at most
/// 255 hashes a level. What it holds between appends is exactly the partial tiles of the present size (C2SP tlog-tiles). For
/// whoever writes a sink.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class TileBuilder
{
    private readonly BatchHasher _hasher;
    private readonly MerkleHash[][] _levels;

    /// <summary>An empty tree's edge.</summary>
    public TileBuilder()
        : this(BatchHasher.Fastest)
    {
    }

    /// <summary>An empty tree's edge.</summary>
    /// <param name="hasher">What hashes the nodes.</param>
    internal TileBuilder(BatchHasher hasher)
    {
        _hasher = hasher;
        _levels = [.. Enumerable.Range(0, TileCoordinate.MaxLevel + 1).Select(_ => new MerkleHash[TileCoordinate.FullWidth])];
    }

    /// <summary>Number of leaves taken so far.</summary>
    public long Size { get; private set; }

    /// <summary>The partial tiles that a tree of <paramref name="size"/> entries has, lowest level first.</summary>
    public static IEnumerable<TileCoordinate> PartialTilesOf(long size)
    {
        for (var level = 0; level <= TileCoordinate.MaxLevel && size >> (8 * level) > 0; level++)
        {
            var width = (int)((size >> (8 * level)) % TileCoordinate.FullWidth);
            if (width > 0)
            {
                yield return new TileCoordinate(level, (size >> (8 * level)) / TileCoordinate.FullWidth, width);
            }
        }
    }

    /// <summary>Takes up the edge of a tree of <paramref name="size"/> entries.</summary>
    /// <param name="size">Number of entries.</param>
    /// <param name="partials">The bytes of each tile of <see cref="PartialTilesOf"/>.</param>
    /// <exception cref="AuditFormatException">A tile is missing or has not exactly the length of its width.</exception>
    public static TileBuilder Resume(long size, IReadOnlyDictionary<TileCoordinate, ReadOnlyMemory<byte>> partials)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        var builder = new TileBuilder { Size = size };
        foreach (var tile in PartialTilesOf(size))
        {
            // A short tile would leave zeros behind, and every root from here on would be wrong without an error.
            var length = tile.Width * MerkleHash.Size;
            if (!partials.TryGetValue(tile, out var bytes) || bytes.Length != length)
            {
                throw new AuditFormatException($"Tile {tile} of a tree of {size} entries needs {length} bytes, but {bytes.Length} are there.");
            }

            Tile.Hashes(bytes.Span).CopyTo(builder._levels[tile.Level]);
        }

        return builder;
    }

    /// <summary>
    /// Appends a leaf hash; <paramref name="onFull"/> gets every tile that it fills, lowest level first. If that throws,
    /// the leaf is not appended and may be appended again, which hands out the same tiles again.
    /// </summary>
    /// <exception cref="InvalidOperationException">The tree has 2^63 − 1 entries.</exception>
    public void Append(MerkleHash leaf, FullTileHandler onFull)
    {
        if (Size == long.MaxValue)
        {
            throw new InvalidOperationException("The tree is full: it has 2^63 - 1 entries.");
        }

        var hash = leaf;
        for (var level = 0; ; level++)
        {
            var position = Size >> (8 * level);
            var slot = (int)(position % TileCoordinate.FullWidth);
            _levels[level][slot] = hash;
            if (slot < TileCoordinate.FullWidth - 1)
            {
                break;
            }

            onFull(new TileCoordinate(level, position / TileCoordinate.FullWidth), MemoryMarshal.AsBytes(_levels[level].AsSpan()));
            hash = RootOf(_levels[level]);
        }

        Size++;
    }

    /// <summary>The partial tiles of the present size.</summary>
    public IEnumerable<(TileCoordinate Tile, byte[] Bytes)> Partials() =>
        PartialTilesOf(Size).Select(tile => (tile, Tile.ToBytes(_levels[tile.Level].AsSpan(0, tile.Width))));

    /// <summary>The compact range of the present size, folded from the partial tiles.</summary>
    public CompactRange ToCompactRange()
    {
        Span<MerkleHash> nodes = stackalloc MerkleHash[NodeId.MaxPerRange];
        var count = 0;
        for (var bits = (ulong)Size; bits > 0;)
        {
            // The largest subtree not yet taken ends where the bits above it, read as hashes of its tile level, end.
            var level = BitOperations.Log2(bits);
            bits -= 1UL << level;
            var width = 1 << (level % 8);
            var first = (int)((((Size >> level) - 1) << (level % 8)) % TileCoordinate.FullWidth);
            nodes[count++] = RootOf(_levels[level / 8].AsSpan(first, width));
        }

        return new CompactRange(Size, nodes[..count]);
    }

    /// <summary>Hashes a copy: the level itself must stay as it is until the leaf counts.</summary>
    private MerkleHash RootOf(ReadOnlySpan<MerkleHash> hashes)
    {
        Span<MerkleHash> subtree = stackalloc MerkleHash[TileCoordinate.FullWidth];
        hashes.CopyTo(subtree);
        return _hasher.HashCompleteSubtree(subtree[..hashes.Length]);
    }
}
