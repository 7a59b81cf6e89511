using FsCheck.Fluent;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Merkle;

public sealed class ConsistencyProofTests
{
    private const int Most = 130;
    private static readonly ReferenceTree Tree = ReferenceTree.OfSize(Most + 1);

    [Fact]
    public void Planned_and_assembled_proofs_are_those_of_the_RFC_and_hold()
    {
        foreach (var (oldSize, newSize) in Cases(Most))
        {
            var plan = ProofPlan.Consistency(oldSize, newSize);
            var proof = plan.Assemble(Hashes(plan));

            Assert.Equal(Tree.Proof(oldSize, newSize), proof);
            Assert.True(Verify(oldSize, newSize, proof));
        }
    }

    [Fact]
    public void A_spoiled_proof_is_refused()
    {
        foreach (var (oldSize, newSize) in Cases(Most))
        {
            foreach (var spoiled in Spoiled.Variants(Tree.Proof(oldSize, newSize)))
            {
                Assert.False(Verify(oldSize, newSize, spoiled));
            }
        }
    }

    [Fact]
    public void Every_flipped_bit_is_refused()
    {
        foreach (var (oldSize, newSize) in new[] { (6, 13), (8, 13), (5, 8), (8, 8) })
        {
            var proof = Tree.Proof(oldSize, newSize);
            MerkleHash oldRoot = Tree.Root(oldSize), newRoot = Tree.Root(newSize);
            for (var bit = 0; bit < 256; bit++)
            {
                Assert.False(MerkleProof.VerifyConsistency(oldSize, Spoiled.Flip(oldRoot, bit), newSize, newRoot, proof));
                Assert.False(MerkleProof.VerifyConsistency(oldSize, oldRoot, newSize, Spoiled.Flip(newRoot, bit), proof));
                for (var i = 0; i < proof.Length; i++)
                {
                    MerkleHash[] flipped = [.. proof];
                    flipped[i] = Spoiled.Flip(proof[i], bit);
                    Assert.False(Verify(oldSize, newSize, flipped));
                }
            }
        }
    }

    [Fact]
    public void Another_old_or_new_tree_is_refused()
    {
        foreach (var (oldSize, newSize) in Cases(33))
        {
            var proof = Tree.Proof(oldSize, newSize);
            for (var other = 0; other <= Most; other++)
            {
                Assert.Equal(other == oldSize, MerkleProof.VerifyConsistency(oldSize, Tree.Root(other), newSize, Tree.Root(newSize), proof));
                Assert.Equal(other == newSize, MerkleProof.VerifyConsistency(oldSize, Tree.Root(oldSize), newSize, Tree.Root(other), proof));

                // A whole other tree: an empty proof is right for the one of the old size itself.
                Assert.Equal(other == oldSize || (proof.Length == 0 && other == newSize), Verify(other, newSize, proof));
                Assert.Equal(other == newSize, Verify(oldSize, other, proof));
            }
        }
    }

    [Fact]
    public void Under_the_same_roots_only_sizes_with_the_very_same_proof_are_accepted()
    {
        const int most = 20;
        foreach (var (oldSize, newSize) in Cases(most))
        {
            var proof = Tree.Proof(oldSize, newSize);
            for (var otherOld = -2; otherOld <= most + 13; otherOld++)
            {
                for (var otherNew = -2; otherNew <= most + 13; otherNew++)
                {
                    var accepted = MerkleProof.VerifyConsistency(otherOld, Tree.Root(oldSize), otherNew, Tree.Root(newSize), proof);
                    var same = ProofShape.Consistency(otherOld, otherNew) == ProofShape.Consistency(oldSize, newSize);
                    Assert.True(accepted == same, $"({oldSize}, {newSize}) as ({otherOld}, {otherNew})");
                }
            }
        }
    }

    [Fact]
    public void Equal_sizes_need_equal_roots_and_no_proof()
    {
        var other = Tree.Root(4);
        foreach (var size in new[] { 1L, 2, 7, 8, long.MaxValue })
        {
            Assert.True(MerkleProof.VerifyConsistency(size, Tree.Root(7), size, Tree.Root(7), []));
            Assert.False(MerkleProof.VerifyConsistency(size, Tree.Root(7), size, other, []));
            Assert.False(MerkleProof.VerifyConsistency(size, Tree.Root(7), size, Tree.Root(7), [Tree.Root(7)]));
            Assert.Empty(ProofPlan.Consistency(size, size).Nodes);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(0, long.MaxValue)]
    [InlineData(-1, 0)]
    [InlineData(-1, -1)]
    [InlineData(-1, 1)]
    [InlineData(2, 1)]
    [InlineData(1, 0)]
    [InlineData(1, -1)]
    [InlineData(long.MinValue, long.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue - 1)]
    [InlineData(long.MaxValue, long.MinValue)]
    [InlineData(long.MinValue, long.MinValue)]
    public void Old_size_zero_and_sizes_that_shrink_are_refused_and_not_planned(long oldSize, long newSize)
    {
        for (var length = 0; length <= 64; length++)
        {
            var proof = new MerkleHash[length];
            Assert.False(MerkleProof.VerifyConsistency(oldSize, MerkleHash.EmptyRoot, newSize, MerkleHash.EmptyRoot, proof));
            Assert.False(MerkleProof.VerifyConsistency(oldSize, default, newSize, default, proof));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => ProofPlan.Consistency(oldSize, newSize));
    }

    [Fact]
    public void The_largest_trees_are_proved_without_overflow()
    {
        foreach (var newSize in new[] { 1L << 62, (1L << 62) + 1, long.MaxValue - 1, long.MaxValue })
        {
            foreach (var oldSize in new[] { 1, 2, 3, (1L << 31) - 1, 1L << 61, (1L << 62) - 1, 1L << 62, newSize / 2, newSize - 1, newSize })
            {
                HoldsInHugeTree(oldSize, newSize);
            }
        }
    }

    [Fact]
    public void Random_trees_of_every_magnitude_are_proved() => Prop.ForAll(
        HugeTree.Sizes.Two().ToArbitrary(),
        pair => HoldsInHugeTree(Math.Min(pair.Item1, pair.Item2), Math.Max(pair.Item1, pair.Item2))).CheckSeeded();

    private static void HoldsInHugeTree(long oldSize, long newSize)
    {
        // The marked entry is the last of the old tree, then the first that the old tree has not.
        foreach (var marked in new[] { oldSize - 1, oldSize })
        {
            var tree = new HugeTree(marked);
            MerkleHash oldRoot = tree.Root(oldSize), newRoot = tree.Root(newSize);
            var plan = ProofPlan.Consistency(oldSize, newSize);
            var proof = plan.Assemble(tree.Nodes(plan.Nodes));

            Assert.True(MerkleProof.VerifyConsistency(oldSize, oldRoot, newSize, newRoot, proof));
            Assert.False(MerkleProof.VerifyConsistency(oldSize, oldRoot, newSize, newRoot, [.. proof, default]));
            Assert.False(MerkleProof.VerifyConsistency(oldSize, Spoiled.Flip(oldRoot, 0), newSize, newRoot, proof));
            Assert.False(MerkleProof.VerifyConsistency(oldSize, oldRoot, newSize, Spoiled.Flip(newRoot, 255), proof));
            for (var i = 0; i < proof.Length; i++)
            {
                MerkleHash[] flipped = [.. proof];
                flipped[i] = Spoiled.Flip(proof[i], i);
                Assert.False(MerkleProof.VerifyConsistency(oldSize, oldRoot, newSize, newRoot, flipped));
            }
        }
    }

    private static bool Verify(int oldSize, int newSize, MerkleHash[] proof) =>
        MerkleProof.VerifyConsistency(oldSize, Tree.Root(oldSize), newSize, Tree.Root(newSize), proof);

    private static IEnumerable<(int OldSize, int NewSize)> Cases(int most) =>
        from newSize in Enumerable.Range(1, most)
        from oldSize in Enumerable.Range(1, newSize)
        select (oldSize, newSize);

    private static MerkleHash[] Hashes(ProofPlan plan) =>
        [.. plan.Nodes.Select(node => Tree.Mth((int)(node.Index << node.Level), (int)((node.Index + 1) << node.Level)))];
}
