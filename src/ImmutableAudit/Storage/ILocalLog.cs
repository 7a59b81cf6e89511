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

    /// <summary>Reads an entry bundle; <see langword="false"/> where it is not there.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="buffer">Where to; exchanged for a longer one where it is too short.</param>
    /// <param name="length">How many bytes it has.</param>
    bool TryReadEntryBundle(EntryBundleCoordinate bundle, ref byte[] buffer, out int length);

    /// <summary>Reads one entry and no more than it must of what lies around it; <see langword="null"/> where its bundle is not there.</summary>
    byte[]? ReadEntry(EntryBundleCoordinate bundle, int position);
}
