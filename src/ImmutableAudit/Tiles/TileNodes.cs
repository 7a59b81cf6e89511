using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tiles;

/// <summary>A tile together with the nodes over its hashes, as many as these complete: the eight levels of the tree that it stands for.</summary>
/// <remarks>Thread-safe once it is <see cref="Complete"/>.</remarks>
internal sealed class TileNodes(TileCoordinate coordinate)
{
    /// <summary>Parts of a full tile, and of a full bundle, of which something is remembered in the tile above.</summary>
    public const int PartCount = 8;

    /// <summary>Hashes in such a part of a tile, and entries in one of a bundle.</summary>
    public const int PartWidth = TileCoordinate.FullWidth / PartCount;

    private const int Levels = 8;

    // Level by level, each where it lies in a full tile.
    private readonly MerkleHash[] _nodes = new MerkleHash[(2 * TileCoordinate.FullWidth) - 1];
    private Parts? _parts;

    public TileCoordinate Coordinate => coordinate;

    /// <summary>The tile's hashes, to be filled in and then <see cref="Complete"/>d.</summary>
    public Memory<MerkleHash> Hashes => _nodes.AsMemory(0, coordinate.Width);

    /// <summary>The root over a full tile.</summary>
    public MerkleHash Root => Node(Levels, 0);

    /// <summary>The node that lies so many levels above the hashes, at this place among those of its level.</summary>
    public MerkleHash Node(int level, int place) => _nodes[Start(level) + place];

    /// <summary>Hashes the nodes.</summary>
    public void Complete(BatchHasher hasher)
    {
        for (var level = 0; coordinate.Width >> level > 1; level++)
        {
            var parents = coordinate.Width >> (level + 1);
            hasher.HashNodes(_nodes.AsSpan(Start(level), 2 * parents), _nodes.AsSpan(Start(level + 1), parents));
        }
    }

    /// <summary>The roots over the parts of the tile below at this place, as far as they were <see cref="Remember"/>ed; else nothing.</summary>
    public ReadOnlySpan<MerkleHash> PartsBelow(int place) =>
        _parts is { } parts && Volatile.Read(ref parts.Known[place]) ? parts.Hashes.AsSpan(PartCount * place, PartCount) : [];

    /// <summary>
    /// Where all parts but the first of the entry bundle below at this place begin, in bytes, and where that ends; 0 where it is not
    /// known. Nothing where nothing of the tile below is remembered.
    /// </summary>
    /// <remarks>Hints for reading less, to be set by whoever finds out: they are not authenticated, and may be overwritten at any time.</remarks>
    public Span<int> BordersBelow(int place) => _parts is { } parts ? parts.Borders.AsSpan(PartCount * place, PartCount) : [];

    /// <summary>Remembers the parts of the tile below whose root is the hash at this place: that never changes, so nobody has to wait.</summary>
    public void Remember(int place, ReadOnlySpan<MerkleHash> parts)
    {
        if (_parts is null)
        {
            Interlocked.CompareExchange(ref _parts, new Parts(), null);
        }

        parts.CopyTo(_parts.Hashes.AsSpan(PartCount * place, PartCount));
        Volatile.Write(ref _parts.Known[place], true);
    }

    private static int Start(int level) => (2 * TileCoordinate.FullWidth) - ((2 * TileCoordinate.FullWidth) >> level);

    private sealed class Parts
    {
        public readonly MerkleHash[] Hashes = new MerkleHash[PartCount * TileCoordinate.FullWidth];
        public readonly int[] Borders = new int[PartCount * TileCoordinate.FullWidth];
        public readonly bool[] Known = new bool[TileCoordinate.FullWidth];
    }
}
