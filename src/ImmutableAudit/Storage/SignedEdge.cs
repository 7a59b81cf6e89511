using System.Numerics;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage;

/// <summary>
/// The right edge of a tree: its partial tiles, at most one a level. All of their hashes together make up the root, so where that
/// is the signed one, they are the signed ones; and from them the way leads down to every other tile.
/// </summary>
internal sealed class SignedEdge
{
    private readonly long _size;
    private readonly TileNodes?[] _tiles;

    // The complete subtrees that make up the tree, largest first, and the roots over each of them and all that follow.
    private readonly MerkleHash[] _subtrees;
    private readonly MerkleHash[] _rests;

    /// <summary>Takes up an edge.</summary>
    /// <param name="size">Number of entries, at least 1.</param>
    /// <param name="partials">The partial tiles of a tree of this size, complete.</param>
    public SignedEdge(long size, IEnumerable<TileNodes> partials)
    {
        _size = size;
        _tiles = new TileNodes?[(BitOperations.Log2((ulong)size) / 8) + 1];
        foreach (var tile in partials)
        {
            _tiles[tile.Coordinate.Level] = tile;
        }

        _subtrees = [.. NodeId.ForRange(0, size).Select(node =>
            _tiles[node.Level / 8]!.Node(node.Level % 8, PlaceInTile(node.Level, node.Index)))];
        _rests = [.. _subtrees];
        for (var i = _rests.Length - 2; i >= 0; i--)
        {
            _rests[i] = TreeHasher.HashNode(_subtrees[i], _rests[i + 1]);
        }
    }

    /// <summary>The root over everything.</summary>
    public MerkleHash Root => _rests[0];

    /// <summary>Number of tile levels.</summary>
    public int Levels => _tiles.Length;

    /// <summary>The edge's tile of a level; <see langword="null"/> where that ends with a full one.</summary>
    public TileNodes? this[int level] => _tiles[level];

    /// <summary>Whether the way to an entry goes through the edge at this level; else it goes through a full tile.</summary>
    public bool IsOnTheWay(int level, long index) => TileIndex(level, index) == TileIndex(level, _size);

    /// <summary>Puts the inclusion proof of an entry together (RFC 6962 section 2.1.1), but for the siblings in its own tile.</summary>
    /// <param name="index">The entry.</param>
    /// <param name="path">The tiles on the way to it, by level; that of level 0 only if it lies at the edge.</param>
    public MerkleHash[] Assemble(long index, ReadOnlySpan<TileNodes?> path)
    {
        // Where index and size first differ, the size has a bit that the index has not: the subtree of that bit holds the entry.
        var height = BitOperations.Log2((ulong)(index ^ _size));
        var larger = BitOperations.PopCount((ulong)_size >> (height + 1));
        var hasRest = larger + 1 < _subtrees.Length;
        var proof = new MerkleHash[height + (hasRest ? 1 : 0) + larger];
        for (var level = path[0] is null ? 8 : 0; level < height; level++)
        {
            proof[level] = path[level / 8]!.Node(level % 8, PlaceInTile(level, (index >> level) ^ 1));
        }

        if (hasRest)
        {
            proof[height++] = _rests[larger + 1];
        }

        while (larger > 0)
        {
            proof[height++] = _subtrees[--larger];
        }

        return proof;
    }

    /// <summary>The index of the tile of a level that the way to an entry goes through.</summary>
    public static long TileIndex(int level, long index) => level == TileCoordinate.MaxLevel ? 0 : index >> (8 * (level + 1));

    private static int PlaceInTile(int level, long node) => (int)(node % (TileCoordinate.FullWidth >> (level % 8)));
}
