using FsCheck.Fluent;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tests.Merkle;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Tiles;

public sealed class TileBuilderTests
{
    private static readonly ReferenceTiles Reference = ReferenceTiles.Of70000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(70_000)]
    public void Every_tile_is_what_its_definition_says(int size)
    {
        var (builder, tiles) = Build(size);
        foreach (var (tile, bytes) in builder.Partials())
        {
            tiles.Add(tile.Path, bytes);
        }

        Assert.Equal(size, builder.Size);
        Assert.Equal(Reference.All(size).OrderBy(tile => tile.Key, StringComparer.Ordinal), tiles.OrderBy(tile => tile.Key, StringComparer.Ordinal));
        Assert.Equal(Reference.Range(size).Nodes.ToArray(), builder.ToCompactRange().Nodes.ToArray());
    }

    [Fact]
    public void The_reference_agrees_with_the_recursion_of_the_RFC()
    {
        var tree = new ReferenceTree([.. Enumerable.Range(0, 600).Select(BitConverter.GetBytes)]);
        foreach (var node in ReferenceTiles.NodesOf(600))
        {
            Assert.Equal(tree.Mth((int)(node.Index << node.Level), (int)((node.Index + 1) << node.Level)), Reference.Node(node));
        }
    }

    [Fact]
    public void Growing_shows_the_right_edge_at_every_size()
    {
        var builder = new TileBuilder();
        for (var size = 0; size <= 1100; size++)
        {
            Assert.Equal(Reference.Range(size).Root(), builder.ToCompactRange().Root());
            foreach (var (tile, bytes) in builder.Partials())
            {
                Assert.Equal(Reference.Tile(tile), bytes);
            }

            builder.Append(Reference.Leaves[size], (tile, bytes) => Assert.Equal(Reference.Tile(tile), bytes.ToArray()));
        }
    }

    [Fact]
    public void Resuming_at_any_size_goes_on_as_if_never_stopped() => Prop.ForAll(
        Gen.Choose(0, 70_000).Zip(Gen.Choose(0, 600)).ToArbitrary(),
        sample =>
        {
            var (from, to) = (sample.Item1, Math.Min(sample.Item1 + sample.Item2, 70_000));
            var builder = Resume(from);
            Assert.Equal(Reference.Range(from).Nodes.ToArray(), builder.ToCompactRange().Nodes.ToArray());

            var full = new List<string>();
            for (var index = from; index < to; index++)
            {
                builder.Append(Reference.Leaves[index], (tile, bytes) =>
                {
                    Assert.Equal(Reference.Tile(tile), bytes.ToArray());
                    full.Add(tile.Path);
                });
            }

            var before = Reference.All(from).Keys;
            Assert.Equal(
                Reference.All(to).Keys.Where(path => !path.Contains(".p/", StringComparison.Ordinal)).Except(before, StringComparer.Ordinal).Order(StringComparer.Ordinal),
                full.Order(StringComparer.Ordinal));
            Assert.All(builder.Partials(), partial => Assert.Equal(Reference.Tile(partial.Tile), partial.Bytes));
            Assert.Equal(Reference.Range(to).Nodes.ToArray(), builder.ToCompactRange().Nodes.ToArray());
        }).CheckSeeded();

    [Fact]
    public void Only_levels_with_a_partial_tile_have_one()
    {
        Assert.Empty(TileBuilder.PartialTilesOf(0));
        Assert.Equal(["tile/1/000.p/1"], Paths(256));
        Assert.Equal(["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"], Paths(70_000));
        Assert.Equal(["tile/7/000.p/64"], Paths(1L << 62));
        Assert.Equal(
            ["tile/0/x036/x028/x797/x018/x963/967.p/255", "tile/7/000.p/127"],
            (string[])[Paths(long.MaxValue)[0], Paths(long.MaxValue)[^1]]);
        Assert.Equal(8, Paths(long.MaxValue).Length);

        static string[] Paths(long size) => [.. TileBuilder.PartialTilesOf(size).Select(tile => tile.Path)];
    }

    [Fact]
    public void A_tile_that_is_missing_or_of_another_length_is_no_edge_to_resume_from()
    {
        foreach (var spoiled in TileBuilder.PartialTilesOf(70_000))
        {
            foreach (var change in new[] { -MerkleHash.Size, -1, 1, MerkleHash.Size })
            {
                var edge = Edge(70_000);
                var bytes = edge[spoiled].ToArray();
                Array.Resize(ref bytes, bytes.Length + change);
                edge[spoiled] = bytes;
                var error = Assert.Throws<AuditFormatException>(() => TileBuilder.Resume(70_000, edge));
                Assert.Contains(spoiled.Path, error.Message, StringComparison.Ordinal);
            }

            var incomplete = Edge(70_000);
            incomplete.Remove(spoiled);
            Assert.Throws<AuditFormatException>(() => TileBuilder.Resume(70_000, incomplete));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => TileBuilder.Resume(-1, Edge(0)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_leaf_whose_tiles_could_not_be_taken_can_be_appended_again(int failing)
    {
        // The leaf after which levels 0 and 1 are full; the third tile is not asked for, so that nothing fails.
        var builder = Resume(65_535);
        var before = builder.ToCompactRange().Root();
        var calls = 0;
        void Fail(TileCoordinate tile, ReadOnlySpan<byte> bytes)
        {
            if (++calls == failing)
            {
                throw new IOException("disk full");
            }
        }

        if (failing < 3)
        {
            Assert.Throws<IOException>(() => builder.Append(Reference.Leaves[65_535], Fail));
            Assert.Equal(65_535, builder.Size);
            Assert.Equal(before, builder.ToCompactRange().Root());
            Assert.All(builder.Partials(), partial => Assert.Equal(Reference.Tile(partial.Tile), partial.Bytes));
        }

        var full = new List<string>();
        builder.Append(Reference.Leaves[65_535], (tile, bytes) =>
        {
            Assert.Equal(Reference.Tile(tile), bytes.ToArray());
            full.Add(tile.Path);
        });
        Assert.Equal(["tile/0/255", "tile/1/000"], full);
        Assert.Equal(Reference.Range(65_536).Root(), builder.ToCompactRange().Root());
    }

    [Fact]
    public void The_largest_tree_can_be_reached_and_not_exceeded()
    {
        const long before = long.MaxValue - 300;
        var tree = new HugeTree(long.MaxValue - 1);
        var builder = TileBuilder.Resume(before, TileBuilder.PartialTilesOf(before).ToDictionary(tile => tile, tile => HugeTile(tree, tile)));
        Assert.Equal(tree.Root(before), builder.ToCompactRange().Root());

        while (builder.Size < long.MaxValue)
        {
            builder.Append(
                builder.Size == long.MaxValue - 1 ? HugeTree.MarkedLeaf : HugeTree.PlainLeaf,
                (tile, bytes) => Assert.Equal(HugeTile(tree, tile).ToArray(), bytes.ToArray()));
        }

        Assert.All(builder.Partials(), partial => Assert.Equal(HugeTile(tree, partial.Tile).ToArray(), partial.Bytes));
        Assert.Equal(tree.Root(long.MaxValue), builder.ToCompactRange().Root());
        Assert.Throws<InvalidOperationException>(() => builder.Append(HugeTree.PlainLeaf, (_, _) => { }));
        Assert.Equal(tree.Root(long.MaxValue), builder.ToCompactRange().Root());
    }

    [Fact]
    public void Edges_of_every_magnitude_fold_into_their_compact_range() => Prop.ForAll(
        HugeTree.Sizes.ToArbitrary(),
        size =>
        {
            var tree = new HugeTree(size - 1);
            var builder = TileBuilder.Resume(size, TileBuilder.PartialTilesOf(size).ToDictionary(tile => tile, tile => HugeTile(tree, tile)));
            Assert.Equal(tree.Nodes(NodeId.ForRange(0, size)), builder.ToCompactRange().Nodes.ToArray());
        }).CheckSeeded();

    private static (TileBuilder Builder, Dictionary<string, byte[]> Full) Build(int size)
    {
        var builder = new TileBuilder();
        var full = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var index = 0; index < size; index++)
        {
            builder.Append(Reference.Leaves[index], (tile, bytes) => full.Add(tile.Path, bytes.ToArray()));
        }

        return (builder, full);
    }

    private static TileBuilder Resume(int size) => TileBuilder.Resume(size, Edge(size));

    private static Dictionary<TileCoordinate, ReadOnlyMemory<byte>> Edge(int size) =>
        TileBuilder.PartialTilesOf(size).ToDictionary(tile => tile, tile => (ReadOnlyMemory<byte>)Reference.Tile(tile));

    private static ReadOnlyMemory<byte> HugeTile(HugeTree tree, TileCoordinate tile) => Tile.ToBytes(
        tree.Nodes(Enumerable.Range(0, tile.Width).Select(i => new NodeId(8 * tile.Level, (256 * tile.Index) + i))));
}
