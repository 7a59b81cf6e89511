using System.Numerics;

namespace ImmutableAudit.Merkle;

/// <summary>
/// Names a complete subtree: the node at <paramref name="Level"/> (0 = leaves) and <paramref name="Index"/> covers the
/// entries from <c>Index · 2^Level</c> up to, not including, <c>(Index + 1) · 2^Level</c>.
/// </summary>
internal readonly record struct NodeId(int Level, long Index)
{
    /// <summary>Number of nodes that <see cref="ForRange"/> gives at most.</summary>
    public const int MaxPerRange = 63;

    /// <summary>
    /// The complete subtrees that make up the entries <c>[start, end)</c>, largest (leftmost) first.
    /// The start must be a multiple of the smallest power of two not below the length, which holds for every subtree
    /// that RFC 6962 speaks of.
    /// </summary>
    public static void AddRange(List<NodeId> nodes, long start, long end)
    {
        while (start < end)
        {
            var level = BitOperations.Log2((ulong)(end - start));
            nodes.Add(new NodeId(level, start >> level));
            start += 1L << level;
        }
    }

    /// <summary>The nodes of <see cref="AddRange"/> as a list of their own.</summary>
    public static List<NodeId> ForRange(long start, long end)
    {
        var nodes = new List<NodeId>();
        AddRange(nodes, start, end);
        return nodes;
    }
}
