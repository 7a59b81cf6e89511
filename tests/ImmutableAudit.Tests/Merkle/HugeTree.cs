using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tests.Merkle;

/// <summary>
/// A tree of any size up to 2^63 − 1 whose leaves are all the same but one: every node is known without holding the tree.
/// </summary>
internal sealed class HugeTree(long marked)
{
    private static readonly MerkleHash[] Plain = PlainLevels();

    public static MerkleHash PlainLeaf => Plain[0];

    public static MerkleHash MarkedLeaf { get; } = TreeHasher.HashLeaf("marked"u8);

    /// <summary>Sizes of every bit length from 1 to 2^63 − 1, all lengths equally often.</summary>
    public static Gen<long> Sizes { get; } =
        from bits in Gen.Choose(1, 63)
        from high in Gen.Choose(0, int.MaxValue)
        from middle in Gen.Choose(0, int.MaxValue)
        from low in Gen.Choose(0, 1)
        select Math.Max(1, (((long)high << 32) | ((long)middle << 1) | (long)low) >> (63 - bits));

    public MerkleHash Node(NodeId node)
    {
        if (node.Index != marked >> node.Level)
        {
            return Plain[node.Level];
        }

        return node.Level == 0
            ? MarkedLeaf
            : TreeHasher.HashNode(Node(new NodeId(node.Level - 1, 2 * node.Index)), Node(new NodeId(node.Level - 1, (2 * node.Index) + 1)));
    }

    public MerkleHash[] Nodes(IEnumerable<NodeId> nodes) => [.. nodes.Select(Node)];

    /// <summary>MTH of RFC 6962 section 2.1 over the first entries.</summary>
    public MerkleHash Root(long size) => Mth(0, size);

    private MerkleHash Mth(long start, long count)
    {
        if (BitOperations.IsPow2(count))
        {
            var level = BitOperations.Log2((ulong)count);
            return Node(new NodeId(level, start >> level));
        }

        var k = 1L << BitOperations.Log2((ulong)count);
        return TreeHasher.HashNode(Mth(start, k), Mth(start + k, count - k));
    }

    private static MerkleHash[] PlainLevels()
    {
        var levels = new MerkleHash[63];
        levels[0] = TreeHasher.HashLeaf("plain"u8);
        for (var i = 1; i < levels.Length; i++)
        {
            levels[i] = TreeHasher.HashNode(levels[i - 1], levels[i - 1]);
        }

        return levels;
    }
}
