using ImmutableAudit.Merkle;
using ImmutableAudit.Tests.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Tiles;

public sealed class TileTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(700)]
    [InlineData(66_000)]
    public void Every_node_of_a_tree_is_found_in_the_tile_that_holds_it(int size)
    {
        // At 66,000 the nodes below level 6 are too many to fold each; every 61st shows all residues.
        var reference = ReferenceTiles.Of70000;
        foreach (var node in ReferenceTiles.NodesOf(size).Where(node => size < 1000 || node.Level >= 6 || node.Index % 61 == 0))
        {
            var tile = TileCoordinate.Holding(node, size);
            var bytes = reference.Tile(size, tile.Level, tile.Index);
            Assert.Equal(tile.Width * MerkleHash.Size, bytes.Length);
            Assert.Equal(reference.Node(node), Tile.NodeHash(bytes, node, BatchHasher.Fastest));
        }
    }

    [Fact]
    public void The_nodes_of_the_largest_tree_have_tiles()
    {
        foreach (var size in new[] { 1L << 62, long.MaxValue - 1, long.MaxValue })
        {
            var tree = new HugeTree(size - 1);
            foreach (var node in NodeId.ForRange(0, size))
            {
                var tile = TileCoordinate.Holding(node, size);
                var bytes = Tile.ToBytes(tree.Nodes(Enumerable.Range(0, tile.Width).Select(i => new NodeId(8 * tile.Level, (256 * tile.Index) + i))));
                Assert.Equal(tree.Node(node), Tile.NodeHash(bytes, node, BatchHasher.Fastest));
            }
        }
    }

    [Fact]
    public void A_tile_that_does_not_reach_the_node_is_refused()
    {
        var bytes = ReferenceTiles.Of70000.Tile(200, 0, 0);
        Assert.ThrowsAny<ArgumentException>(() => Tile.NodeHash(bytes.AsSpan(0, 32 * 199), new NodeId(0, 199), BatchHasher.Fastest));
        Assert.ThrowsAny<ArgumentException>(() => Tile.NodeHash(bytes.AsSpan(0, (32 * 200) - 1), new NodeId(0, 199), BatchHasher.Fastest));
        Assert.ThrowsAny<ArgumentException>(() => Tile.NodeHash(bytes.AsSpan(0, 32 * 127), new NodeId(7, 0), BatchHasher.Fastest));
        Assert.ThrowsAny<ArgumentException>(() => Tile.NodeHash([], new NodeId(0, 0), BatchHasher.Fastest));
    }

    [Fact]
    public void Hashes_and_bytes_are_two_views_of_one_tile()
    {
        var leaves = ReferenceTiles.Of70000.Leaves[..100];
        var bytes = Tile.ToBytes(leaves);
        Assert.Equal(ReferenceTiles.Of70000.Tile(100, 0, 0), bytes);
        Assert.Equal(leaves.ToArray(), Tile.Hashes(bytes).ToArray());
    }
}
