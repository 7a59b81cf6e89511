using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage;

/// <summary>
/// Keeps full tiles above the lowest level, which never change and which every proof needs: at most 168 of them, of up to 90 kB
/// with what is remembered of the tiles below, so 15 MB. That is all of a log of 10 million entries.
/// </summary>
/// <remarks>
/// Thread-safe. A tile has one place where it may be, so finding it takes no lock; of two tiles that share a place the newer stays.
/// </remarks>
internal sealed class TileCache
{
    /// <summary>Places for tiles of level 1, and for those above, which must not be driven out by them.</summary>
    private const int LowPlaces = 160, HighPlaces = 8;

    private readonly TileNodes?[] _tiles = new TileNodes?[LowPlaces + HighPlaces];

    /// <summary>How many tiles are kept at most.</summary>
    public int Capacity => _tiles.Length;

    public TileNodes? Find(TileCoordinate tile) =>
        Volatile.Read(ref Place(tile)) is { } found && found.Coordinate == tile ? found : null;

    /// <summary>Keeps a tile that was shown to be the log's.</summary>
    public void Keep(TileNodes tile) => Volatile.Write(ref Place(tile.Coordinate), tile);

    private ref TileNodes? Place(TileCoordinate tile) => ref _tiles[tile.Level == 1
        ? (int)(tile.Index % LowPlaces)
        : LowPlaces + (int)((tile.Index + tile.Level) % HighPlaces)];
}
