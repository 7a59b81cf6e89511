using System.Runtime.InteropServices;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tiles;

/// <summary>Reads hashes out of a tile's bytes.</summary>
internal static class Tile
{
    /// <summary>The tile's bytes as hashes.</summary>
    public static ReadOnlySpan<MerkleHash> Hashes(ReadOnlySpan<byte> tile) => MemoryMarshal.Cast<byte, MerkleHash>(tile);

    /// <summary>The bytes of a tile with these hashes.</summary>
    public static byte[] ToBytes(ReadOnlySpan<MerkleHash> hashes) => MemoryMarshal.AsBytes(hashes).ToArray();

    /// <summary>The root of a complete subtree, from the tile that <see cref="TileCoordinate.Holding"/> names.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tile does not reach as far as the subtree.</exception>
    public static MerkleHash NodeHash(ReadOnlySpan<byte> tile, NodeId node, BatchHasher hasher)
    {
        var count = 1 << (node.Level % 8);
        var first = (int)((node.Index * count) % TileCoordinate.FullWidth);
        Span<MerkleHash> level = stackalloc MerkleHash[count];
        Hashes(tile).Slice(first, count).CopyTo(level);
        return hasher.HashCompleteSubtree(level);
    }
}
