using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tiles;

/// <summary>A tile together with the nodes over its hashes, as many as these complete: the eight levels of the tree that it stands for.</summary>
/// <remarks>Thread-safe once it is <see cref="Complete"/>.</remarks>
internal sealed class TileNodes(TileCoordinate coordinate)
{
    /// <summary>Hashes in a quarter of a full tile, and entries in a quarter of a full bundle.</summary>
    public const int QuarterWidth = TileCoordinate.FullWidth / QuarterCount;

    private const int Levels = 8, QuarterCount = 4;

    // Level by level, each where it lies in a full tile.
    private readonly MerkleHash[] _nodes = new MerkleHash[(2 * TileCoordinate.FullWidth) - 1];
    private Quarters? _quarters;

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

    /// <summary>The roots over the four quarters of the tile below at this place, as far as they were <see cref="Remember"/>ed; else nothing.</summary>
    public ReadOnlySpan<MerkleHash> QuartersBelow(int place) =>
        _quarters is { } quarters && Volatile.Read(ref quarters.Known[place]) ? quarters.Hashes.AsSpan(QuarterCount * place, QuarterCount) : [];

    /// <summary>
    /// Where the second, third and fourth quarter of the entry bundle below at this place begin, in bytes, and where that ends; 0
    /// where it is not known. Nothing where nothing of the tile below is remembered.
    /// </summary>
    /// <remarks>Hints for reading less, to be set by whoever finds out: they are not authenticated, and may be overwritten at any time.</remarks>
    public Span<int> BordersBelow(int place) => _quarters is { } quarters ? quarters.Borders.AsSpan(QuarterCount * place, QuarterCount) : [];

    /// <summary>Remembers the quarters of the tile below whose root is the hash at this place: that never changes, so nobody has to wait.</summary>
    public void Remember(int place, ReadOnlySpan<MerkleHash> quarters)
    {
        if (_quarters is null)
        {
            Interlocked.CompareExchange(ref _quarters, new Quarters(), null);
        }

        quarters.CopyTo(_quarters.Hashes.AsSpan(QuarterCount * place, QuarterCount));
        Volatile.Write(ref _quarters.Known[place], true);
    }

    private static int Start(int level) => (2 * TileCoordinate.FullWidth) - ((2 * TileCoordinate.FullWidth) >> level);

    private sealed class Quarters
    {
        public readonly MerkleHash[] Hashes = new MerkleHash[QuarterCount * TileCoordinate.FullWidth];
        public readonly int[] Borders = new int[QuarterCount * TileCoordinate.FullWidth];
        public readonly bool[] Known = new bool[TileCoordinate.FullWidth];
    }
}
