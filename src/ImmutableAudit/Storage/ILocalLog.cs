using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage;

/// <summary>A log that may lie close by.</summary>
internal interface ILocalLog
{
    /// <summary>Reads it at once; <see langword="null"/> where it lies far away.</summary>
    ILocalFiles? Local { get; }
}

/// <summary>
/// Reads a log that lies close by, where reading takes microseconds: at once, and into memory that the caller uses again. What
/// results and exceptions mean is as for <see cref="ILogReader"/>. Thread-safe.
/// </summary>
internal interface ILocalFiles
{
    /// <summary>Reads a tile's <c>32 · Width</c> bytes; <see langword="false"/> where it is not there.</summary>
    bool TryReadTile(TileCoordinate tile, Span<byte> destination);

    /// <summary>Reads hashes of a tile from a place on; <see langword="false"/> where they are not all there.</summary>
    bool TryReadTilePart(TileCoordinate tile, int from, Span<byte> destination);

    /// <summary>Reads an entry bundle; <see langword="false"/> where it is not there.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="buffer">Where to; exchanged for a longer one where it is too short.</param>
    /// <param name="length">How many bytes it has.</param>
    bool TryReadEntryBundle(EntryBundleCoordinate bundle, ref byte[] buffer, out int length);

    /// <summary>Reads one entry and no more than it must of what lies around it; <see langword="null"/> where its bundle is not there.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="position">The entry's place in it.</param>
    /// <param name="borders">Gets what was found out of where a full bundle's parts lie (<see cref="TileNodes.BordersBelow"/>). May be empty.</param>
    byte[]? ReadEntry(EntryBundleCoordinate bundle, int position, Span<int> borders);

    /// <summary>
    /// Reads what should be an entry of a full bundle, from the nearest part in front of it that is known to begin somewhere; whoever
    /// asks makes sure. <see langword="null"/> where there is none, nothing is known, or it would take reading more than its share.
    /// </summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="position">The entry's place in it.</param>
    /// <param name="borders">Where the bundle's parts lie, as far as is known (<see cref="TileNodes.BordersBelow"/>), and then a little more.</param>
    byte[]? TryReadEntry(EntryBundleCoordinate bundle, int position, Span<int> borders);
}
