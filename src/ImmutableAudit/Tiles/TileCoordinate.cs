using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tiles;

/// <summary>
/// Names a tile: up to 256 hashes of one tile level, stored at <c>tile/&lt;L&gt;/&lt;N&gt;[.p/&lt;W&gt;]</c>
/// (C2SP tlog-tiles). Hash <c>i</c> of tile <c>N</c> at level <c>L</c> is the root of the <c>256^L</c> entries from
/// <c>(256·N + i) · 256^L</c>.
/// </summary>
public readonly record struct TileCoordinate
{
    /// <summary>Hashes in a full tile, and entries in a full bundle: 256.</summary>
    public const int FullWidth = 256;

    /// <summary>Highest tile level that a tree of up to 2^63 − 1 entries has: 7.</summary>
    public const int MaxLevel = 7;

    /// <summary>Highest index of a tile or bundle in a tree of up to 2^63 − 1 entries: 2^55 − 1.</summary>
    public const long MaxIndex = long.MaxValue / FullWidth;

    /// <summary>Names a tile.</summary>
    /// <param name="level">Tile level, 0 (leaf hashes) to <see cref="MaxLevel"/>.</param>
    /// <param name="index">Position among the tiles of the level, 0 to <see cref="MaxIndex"/>.</param>
    /// <param name="width">Number of hashes, 1 to 256; fewer than 256 for a partial tile.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public TileCoordinate(int level, long index, int width = FullWidth)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MaxLevel);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, MaxIndex);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, FullWidth);
        Level = level;
        Index = index;
        Width = width;
    }

    /// <summary>Tile level, 0 to 7; one tile level is eight levels of the tree.</summary>
    public int Level { get; }

    /// <summary>Position among the tiles of the level.</summary>
    public long Index { get; }

    /// <summary>Number of hashes, 1 to 256.</summary>
    public int Width { get; }

    /// <summary>Whether the tile has fewer than 256 hashes.</summary>
    public bool IsPartial => Width < FullWidth;

    /// <summary>The full tile at the same place.</summary>
    public TileCoordinate Full => new(Level, Index);

    /// <summary>The file's path below the log's root, with <c>/</c> between its parts.</summary>
    public string Path => TilePath.Format(['t', 'i', 'l', 'e', '/', (char)('0' + Level), '/'], Index, Width);

    /// <summary>The tile that holds a hash of a tree with <paramref name="size"/> entries.</summary>
    internal static TileCoordinate At(int level, long index, long size) => new(level, index, WidthIn(size, level, index));

    /// <summary>The tile of a tree of <paramref name="size"/> entries in which a complete subtree's root can be found.</summary>
    internal static TileCoordinate Holding(NodeId node, long size)
    {
        var level = node.Level / 8;
        return At(level, (node.Index << (node.Level % 8)) / FullWidth, size);
    }

    /// <summary>Number of hashes, 0 to 256, that the tile at this place has in a tree of <paramref name="size"/> entries.</summary>
    internal static int WidthIn(long size, int level, long index)
    {
        // Compared as tiles, because the first hash of a tile far beyond the tree has no 64-bit number.
        var hashes = size >> (8 * level);
        var full = hashes / FullWidth;
        return index < full ? FullWidth : index == full ? (int)(hashes % FullWidth) : 0;
    }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
