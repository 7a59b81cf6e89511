using FsCheck.Fluent;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Merkle;

public sealed class CompactRangeTests
{
    private const int Most = 300;
    private static readonly ReferenceTree Tree = ReferenceTree.OfSize(Most);
    private static readonly MerkleHash[] Leaves = Tree.Leaves();

    [Fact]
    public void Appending_one_by_one_gives_every_root_and_its_subtrees()
    {
        var range = new CompactRange();
        for (var size = 0; size <= Most; size++)
        {
            Assert.Equal(size, range.Size);
            Assert.Equal(Tree.Root(size), range.Root());
            Assert.Equal(
                NodeId.ForRange(0, size).Select(node => Tree.Mth((int)(node.Index << node.Level), (int)((node.Index + 1) << node.Level))),
                range.Nodes.ToArray());
            if (size < Most)
            {
                range.Append(Leaves[size]);
            }
        }
    }

    [Fact]
    public void Appending_many_from_any_size_is_the_same_as_appending_each() => Prop.ForAll(
        Gen.Choose(0, Most).Two().ToArbitrary(),
        pair =>
        {
            var (from, to) = (Math.Min(pair.Item1, pair.Item2), Math.Max(pair.Item1, pair.Item2));
            var range = new CompactRange();
            range.Append(Leaves.AsSpan(0, from));

            var resumed = new CompactRange(range.Size, range.Nodes);
            resumed.Append(Leaves.AsSpan(from, to - from));

            Assert.Equal(Tree.Root(from), range.Root());
            Assert.Equal(Tree.Root(to), resumed.Root());
            Assert.Equal(to, resumed.Size);
        }).CheckSeeded();

    [Fact]
    public void A_clone_goes_its_own_way()
    {
        var range = new CompactRange();
        range.Append(Leaves.AsSpan(0, 7));
        var clone = range.Clone();
        clone.Append(Leaves[7]);

        Assert.Equal(Tree.Root(7), range.Root());
        Assert.Equal(Tree.Root(8), clone.Root());
    }

    [Fact]
    public void Parts_that_do_not_fit_the_size_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CompactRange(-1, []));
        Assert.Throws<ArgumentException>(() => new CompactRange(0, Leaves.AsSpan(0, 1)));
        Assert.Throws<ArgumentException>(() => new CompactRange(7, Leaves.AsSpan(0, 2)));
        Assert.Throws<ArgumentException>(() => new CompactRange(7, Leaves.AsSpan(0, 4)));
        Assert.Throws<ArgumentException>(() => new CompactRange(8, Leaves.AsSpan(0, 3)));
        Assert.Throws<ArgumentException>(() => new CompactRange(long.MaxValue, Leaves.AsSpan(0, 64)));
    }

    [Fact]
    public void The_largest_tree_can_be_reached_and_not_exceeded()
    {
        const long before = long.MaxValue - 2;
        var tree = new HugeTree(long.MaxValue - 1);
        var range = new CompactRange(before, tree.Nodes(NodeId.ForRange(0, before)));

        Assert.Throws<InvalidOperationException>(() => range.Append([HugeTree.PlainLeaf, HugeTree.PlainLeaf, HugeTree.PlainLeaf]));
        Assert.Equal(before, range.Size);
        Assert.Equal(tree.Root(before), range.Root());

        range.Append([HugeTree.PlainLeaf, HugeTree.MarkedLeaf]);
        Assert.Equal(long.MaxValue, range.Size);
        Assert.Equal(63, range.Nodes.Length);
        Assert.Equal(tree.Root(long.MaxValue), range.Root());

        Assert.Throws<InvalidOperationException>(() => range.Append(HugeTree.PlainLeaf));
        range.Append([]);
        Assert.Equal(tree.Root(long.MaxValue), range.Root());
    }

    [Fact]
    public void A_huge_range_taken_up_anywhere_goes_on_to_the_right_root() => Prop.ForAll(
        HugeTree.Sizes.ToArbitrary(),
        size =>
        {
            var tree = new HugeTree(size);
            var range = new CompactRange(size, tree.Nodes(NodeId.ForRange(0, size)));
            Assert.Equal(tree.Root(size), range.Root());
            if (size < long.MaxValue)
            {
                range.Append(HugeTree.MarkedLeaf);
                Assert.Equal(tree.Root(size + 1), range.Root());
            }
        }).CheckSeeded();
}
