using FsCheck.Fluent;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Merkle;

public sealed class InclusionProofTests
{
    private const int Most = 130;
    private static readonly ReferenceTree Tree = ReferenceTree.OfSize(Most + 1);
    private static readonly MerkleHash[] Leaves = Tree.Leaves();

    [Fact]
    public void Planned_and_assembled_proofs_are_those_of_the_RFC_and_hold()
    {
        foreach (var (index, size) in Cases(Most))
        {
            var plan = ProofPlan.Inclusion(index, size);
            var proof = plan.Assemble(Hashes(plan));

            Assert.Equal(Tree.Path(index, size), proof);
            Assert.Equal(proof.Length, MerkleProof.InclusionProofLength(index, size));
            Assert.True(MerkleProof.VerifyInclusion(Leaves[index], index, size, proof, Tree.Root(size)));
        }
    }

    [Fact]
    public void A_spoiled_proof_is_refused()
    {
        foreach (var (index, size) in Cases(Most))
        {
            foreach (var spoiled in Spoiled.Variants(Tree.Path(index, size)))
            {
                Assert.False(MerkleProof.VerifyInclusion(Leaves[index], index, size, spoiled, Tree.Root(size)));
            }
        }
    }

    [Fact]
    public void Every_flipped_bit_is_refused()
    {
        const int index = 6, size = 13;
        var proof = Tree.Path(index, size);
        for (var bit = 0; bit < 256; bit++)
        {
            Assert.False(MerkleProof.VerifyInclusion(Spoiled.Flip(Leaves[index], bit), index, size, proof, Tree.Root(size)));
            Assert.False(MerkleProof.VerifyInclusion(Leaves[index], index, size, proof, Spoiled.Flip(Tree.Root(size), bit)));
            for (var i = 0; i < proof.Length; i++)
            {
                MerkleHash[] flipped = [.. proof];
                flipped[i] = Spoiled.Flip(proof[i], bit);
                Assert.False(MerkleProof.VerifyInclusion(Leaves[index], index, size, flipped, Tree.Root(size)));
            }
        }
    }

    [Fact]
    public void Another_entry_index_or_root_is_refused()
    {
        foreach (var (index, size) in Cases(33))
        {
            var proof = Tree.Path(index, size);
            for (var other = 0; other <= Most; other++)
            {
                // The same proof with one thing exchanged, each time.
                Assert.Equal(other == index, MerkleProof.VerifyInclusion(Leaves[other], index, size, proof, Tree.Root(size)));
                Assert.Equal(other == index, MerkleProof.VerifyInclusion(Leaves[index], other, size, proof, Tree.Root(size)));
                Assert.Equal(other == size, MerkleProof.VerifyInclusion(Leaves[index], index, size, proof, Tree.Root(other)));
                Assert.Equal(other == size, MerkleProof.VerifyInclusion(Leaves[index], index, other, proof, Tree.Root(other)));
            }
        }
    }

    [Fact]
    public void Under_the_same_root_only_an_index_and_size_with_the_very_same_path_is_accepted()
    {
        const int most = 20;
        foreach (var (index, size) in Cases(most))
        {
            var proof = Tree.Path(index, size);
            for (var otherSize = -2; otherSize <= most + 13; otherSize++)
            {
                for (var otherIndex = -2; otherIndex <= most + 14; otherIndex++)
                {
                    var accepted = MerkleProof.VerifyInclusion(Leaves[index], otherIndex, otherSize, proof, Tree.Root(size));
                    var same = ProofShape.Inclusion(otherIndex, otherSize) == ProofShape.Inclusion(index, size);
                    Assert.True(accepted == same, $"({index}, {size}) as ({otherIndex}, {otherSize})");
                }
            }
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 0)]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(-2, -1)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(long.MaxValue, long.MaxValue)]
    [InlineData(long.MinValue, long.MaxValue)]
    [InlineData(long.MinValue, long.MinValue)]
    [InlineData(0, long.MinValue)]
    [InlineData(long.MaxValue, long.MinValue)]
    public void An_index_outside_the_tree_is_refused_and_not_planned(long index, long size)
    {
        for (var length = 0; length <= 64; length++)
        {
            var proof = new MerkleHash[length];
            Assert.False(MerkleProof.VerifyInclusion(Leaves[0], index, size, proof, Leaves[0]));
            Assert.False(MerkleProof.VerifyInclusion(MerkleHash.EmptyRoot, index, size, proof, MerkleHash.EmptyRoot));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => ProofPlan.Inclusion(index, size));
    }

    [Fact]
    public void The_largest_trees_are_proved_without_overflow()
    {
        foreach (var size in new[] { 1L << 62, (1L << 62) + 1, long.MaxValue - 1, long.MaxValue })
        {
            foreach (var index in new[] { 0, 1, (1L << 31) - 1, (1L << 61) - 1, (1L << 62) - 1, size / 2, size - 2, size - 1 })
            {
                HoldsInHugeTree(index, size);
            }
        }

        Assert.Equal(63, MerkleProof.InclusionProofLength(0, long.MaxValue));
        Assert.Equal(62, MerkleProof.InclusionProofLength(long.MaxValue - 1, long.MaxValue));
        Assert.Equal(1, MerkleProof.InclusionProofLength(1L << 62, (1L << 62) + 1));
        Assert.Equal(62, MerkleProof.InclusionProofLength(0, 1L << 62));
    }

    [Fact]
    public void Random_trees_of_every_magnitude_are_proved() => Prop.ForAll(
        HugeTree.Sizes.Two().ToArbitrary(),
        pair => HoldsInHugeTree((pair.Item1 - 1) % pair.Item2, pair.Item2)).CheckSeeded();

    private static void HoldsInHugeTree(long index, long size)
    {
        var tree = new HugeTree(index);
        var plan = ProofPlan.Inclusion(index, size);
        var proof = plan.Assemble(tree.Nodes(plan.Nodes));

        Assert.Equal(proof.Length, MerkleProof.InclusionProofLength(index, size));
        Assert.True(MerkleProof.VerifyInclusion(HugeTree.MarkedLeaf, index, size, proof, tree.Root(size)));
        Assert.False(MerkleProof.VerifyInclusion(HugeTree.PlainLeaf, index, size, proof, tree.Root(size)));
        Assert.False(MerkleProof.VerifyInclusion(HugeTree.MarkedLeaf, index, size, proof, new HugeTree(index ^ 1).Root(size)));
        Assert.False(MerkleProof.VerifyInclusion(HugeTree.MarkedLeaf, index, size, [.. proof, default], tree.Root(size)));
        for (var bit = 0; bit < 63; bit++)
        {
            Assert.False(MerkleProof.VerifyInclusion(HugeTree.MarkedLeaf, index ^ (1L << bit), size, proof, tree.Root(size)));
        }
    }

    private static IEnumerable<(int Index, int Size)> Cases(int most) =>
        from size in Enumerable.Range(1, most)
        from index in Enumerable.Range(0, size)
        select (index, size);

    private static MerkleHash[] Hashes(ProofPlan plan) =>
        [.. plan.Nodes.Select(node => Tree.Mth((int)(node.Index << node.Level), (int)((node.Index + 1) << node.Level)))];
}
