using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Tiles;

/// <summary>
/// Every complete subtree of a tree too large for the recursion of the RFC, hashed pair by pair, and the tiles of any of
/// its sizes as C2SP tlog-tiles defines them: hash i of tile n at level l is MTH(D[(256n + i)·256^l : (256n + i + 1)·256^l]).
/// </summary>
internal sealed class ReferenceTiles
{
    private readonly List<MerkleHash[]> _levels = [];

    public ReferenceTiles(int size)
    {
        _levels.Add([.. Enumerable.Range(0, size).Select(index => TreeHasher.HashLeaf(BitConverter.GetBytes(index)))]);
        while (_levels[^1].Length > 1)
        {
            var below = _levels[^1];
            _levels.Add([.. Enumerable.Range(0, below.Length / 2).Select(i => TreeHasher.HashNode(below[2 * i], below[(2 * i) + 1]))]);
        }
    }

    public static ReferenceTiles Of70000 { get; } = new(70_000);

    public ReadOnlySpan<MerkleHash> Leaves => _levels[0];

    public MerkleHash Node(NodeId node) => _levels[node.Level][node.Index];

    /// <summary>The complete subtrees of the tree of a size.</summary>
    public static IEnumerable<NodeId> NodesOf(long size)
    {
        for (var level = 0; size >> level > 0; level++)
        {
            for (long index = 0; index < size >> level; index++)
            {
                yield return new NodeId(level, index);
            }
        }
    }

    public CompactRange Range(int size) => new(size, [.. NodeId.ForRange(0, size).Select(Node)]);

    /// <summary>The hashes of one tile in the tree of a size.</summary>
    public byte[] Tile(long size, int level, long n)
    {
        var bytes = new List<byte>();
        var hash = new byte[MerkleHash.Size];
        for (var i = 0; i < 256 && (256 * n) + i < size >> (8 * level); i++)
        {
            _levels[8 * level][(256 * n) + i].CopyTo(hash);
            bytes.AddRange(hash);
        }

        return [.. bytes];
    }

    public byte[] Tile(TileCoordinate tile) => Tile(((256 * tile.Index) + tile.Width) << (8 * tile.Level), tile.Level, tile.Index);

    /// <summary>All tiles of the tree of a size, by path.</summary>
    public Dictionary<string, byte[]> All(long size)
    {
        var tiles = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var level = 0; size >> (8 * level) > 0; level++)
        {
            var hashes = size >> (8 * level);
            for (long n = 0; 256 * n < hashes; n++)
            {
                var width = Math.Min(256, hashes - (256 * n));
                var group = n < 1000 ? $"{n:D3}" : $"x{n / 1000:D3}/{n % 1000:D3}";
                tiles.Add($"tile/{level}/{group}" + (width < 256 ? $".p/{width}" : ""), Tile(size, level, n));
            }
        }

        return tiles;
    }
}
