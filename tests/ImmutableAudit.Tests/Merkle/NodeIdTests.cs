using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tests.Merkle;

public sealed class NodeIdTests
{
    [Fact]
    public void A_range_is_covered_without_gap_by_complete_subtrees_that_shrink()
    {
        foreach (var size in new[] { 0, 1, 2, 3, 255, 256, 257, 70_000, 1L << 62, long.MaxValue - 1, long.MaxValue })
        {
            var nodes = NodeId.ForRange(0, size);
            long next = 0;
            foreach (var node in nodes)
            {
                Assert.Equal(next, node.Index << node.Level);
                next += 1L << node.Level;
            }

            Assert.Equal(size, next);
            Assert.Equal(nodes.OrderByDescending(node => node.Level), nodes);
            Assert.InRange(nodes.Count, 0, NodeId.MaxPerRange);
        }
    }

    [Fact]
    public void A_range_may_begin_where_a_subtree_of_its_length_may()
    {
        Assert.Equal([new NodeId(1, 2), new NodeId(0, 6)], NodeId.ForRange(4, 7));
        Assert.Equal([new NodeId(61, 2), new NodeId(0, 3L << 61)], NodeId.ForRange(1L << 62, (1L << 62) + (1L << 61) + 1));
        Assert.Empty(NodeId.ForRange(4, 4));
    }
}
