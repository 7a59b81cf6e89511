using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tiles;

/// <summary>A tile together with the nodes over its hashes, as many as these complete: the eight levels of the tree that it stands for.</summary>
/// <remarks>Thread-safe once it is <see cref="Complete"/>.</remarks>
internal sealed class TileNodes(TileCoordinate coordinate)
{
    private const int Levels = 8;

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
        _quarters is { } quarters && Volatile.Read(ref quarters.Known[place]) ? quarters.Hashes.AsSpan(4 * place, 4) : [];

    /// <summary>Remembers the quarters of the tile below whose root is the hash at this place: that never changes, so nobody has to wait.</summary>
    public void Remember(int place, ReadOnlySpan<MerkleHash> quarters)
    {
        if (_quarters is null)
        {
            Interlocked.CompareExchange(ref _quarters, new Quarters(), null);
        }

        quarters.CopyTo(_quarters.Hashes.AsSpan(4 * place, 4));
        Volatile.Write(ref _quarters.Known[place], true);
    }

    private static int Start(int level) => (2 * TileCoordinate.FullWidth) - ((2 * TileCoordinate.FullWidth) >> level);

    private sealed class Quarters
    {
        public readonly MerkleHash[] Hashes = new MerkleHash[4 * TileCoordinate.FullWidth];
        public readonly bool[] Known = new bool[TileCoordinate.FullWidth];
    }
}
