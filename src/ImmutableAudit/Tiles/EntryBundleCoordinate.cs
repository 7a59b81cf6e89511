namespace ImmutableAudit.Tiles;

/// <summary>
/// Names an entry bundle: the up to 256 entries whose leaf hashes are the level-0 tile of the same index, stored at
/// <c>tile/entries/&lt;N&gt;[.p/&lt;W&gt;]</c> (C2SP tlog-tiles).
/// </summary>
public readonly record struct EntryBundleCoordinate
{
    /// <summary>Names a bundle.</summary>
    /// <param name="index">
    /// Position among the bundles, 0 to <see cref="TileCoordinate.MaxIndex"/>: its first entry has 256 times this index.
    /// </param>
    /// <param name="width">Number of entries, 1 to 256; fewer than 256 for a partial bundle.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public EntryBundleCoordinate(long index, int width = TileCoordinate.FullWidth)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, TileCoordinate.MaxIndex);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, TileCoordinate.FullWidth);
        Index = index;
        Width = width;
    }

    /// <summary>Position among the bundles.</summary>
    public long Index { get; }

    /// <summary>Number of entries, 1 to 256.</summary>
    public int Width { get; }

    /// <summary>Index of the first entry.</summary>
    public long FirstEntry => Index * TileCoordinate.FullWidth;

    /// <summary>Whether the bundle has fewer than 256 entries.</summary>
    public bool IsPartial => Width < TileCoordinate.FullWidth;

    /// <summary>The full bundle at the same place.</summary>
    public EntryBundleCoordinate Full => new(Index);

    /// <summary>The file's path below the log's root, with <c>/</c> between its parts.</summary>
    public string Path => TilePath.Format("tile/entries/", Index, Width);

    /// <summary>The bundle of a log of <paramref name="size"/> entries that holds the entry at <paramref name="entry"/>.</summary>
    internal static EntryBundleCoordinate Holding(long entry, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(entry);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(entry, size);
        var index = entry / TileCoordinate.FullWidth;
        return new EntryBundleCoordinate(index, TileCoordinate.WidthIn(size, 0, index));
    }

    /// <summary>How many bundles a log of <paramref name="size"/> entries has, the partial one at its end included.</summary>
    internal static long CountIn(long size) => (size / TileCoordinate.FullWidth) + (size % TileCoordinate.FullWidth > 0 ? 1 : 0);

    /// <inheritdoc/>
    public override string ToString() => Path;
}
