using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tests.Merkle;

/// <summary>The eight leaves that the Certificate Transparency projects test with, their roots and proofs.</summary>
public sealed class KnownVectorTests
{
    private const string Leaf1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    private const string Leaf2 = "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7";
    private const string Leaves2To4 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    private const string Leaf4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    private const string Leaves4To6 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
    private const string Leaves6To8 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    private const string Leaves4To8 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";

    private static readonly byte[][] Entries = [.. new[]
    {
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    }.Select(Convert.FromHexString)];

    private static readonly string[] Roots =
    [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    public static TheoryData<int, int, string[]> InclusionProofs => new()
    {
        { 0, 1, [] },
        { 0, 8, [Leaf1, Leaves2To4, Leaves4To8] },
        { 5, 8, [Leaf4, Leaves6To8, Roots[4]] },
        { 2, 3, [Roots[2]] },
        { 1, 5, [Roots[1], Leaves2To4, Leaf4] },
    };

    public static TheoryData<int, int, string[]> ConsistencyProofs => new()
    {
        { 1, 1, [] },
        { 1, 8, [Leaf1, Leaves2To4, Leaves4To8] },
        { 6, 8, [Leaves4To6, Leaves6To8, Roots[4]] },
        { 2, 5, [Leaves2To4, Leaf4] },
        { 6, 7, [Leaves4To6, "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f", Roots[4]] },
    };

    [Fact]
    public void The_leaf_hashes_are_the_known_ones()
    {
        Assert.Equal(Hash(Roots[1]), TreeHasher.HashLeaf(Entries[0]));
        Assert.Equal(Hash(Leaf1), TreeHasher.HashLeaf(Entries[1]));
        Assert.Equal(Hash(Leaf2), TreeHasher.HashLeaf(Entries[2]));
        Assert.Equal(Hash(Leaf4), TreeHasher.HashLeaf(Entries[4]));
    }

    [Fact]
    public void The_roots_of_all_sizes_are_the_known_ones()
    {
        var range = new CompactRange();
        var reference = new ReferenceTree(Entries);
        for (var size = 0; size <= Entries.Length; size++)
        {
            Assert.Equal(Hash(Roots[size]), range.Root());
            Assert.Equal(Hash(Roots[size]), reference.Root(size));
            if (size < Entries.Length)
            {
                range.Append(TreeHasher.HashLeaf(Entries[size]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(InclusionProofs))]
    public void The_inclusion_proofs_are_the_known_ones(int index, int size, string[] expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        MerkleHash[] proof = [.. expected.Select(Hash)];
        var plan = ProofPlan.Inclusion(index, size);

        Assert.Equal(proof, plan.Assemble(Hashes(plan)));
        Assert.True(MerkleProof.VerifyInclusion(TreeHasher.HashLeaf(Entries[index]), index, size, proof, Hash(Roots[size])));
    }

    [Theory]
    [MemberData(nameof(ConsistencyProofs))]
    public void The_consistency_proofs_are_the_known_ones(int oldSize, int newSize, string[] expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        MerkleHash[] proof = [.. expected.Select(Hash)];
        var plan = ProofPlan.Consistency(oldSize, newSize);

        Assert.Equal(proof, plan.Assemble(Hashes(plan)));
        Assert.True(MerkleProof.VerifyConsistency(oldSize, Hash(Roots[oldSize]), newSize, Hash(Roots[newSize]), proof));
    }

    private static MerkleHash Hash(string hex) => new(Convert.FromHexString(hex));

    private static MerkleHash[] Hashes(ProofPlan plan)
    {
        var tree = new ReferenceTree(Entries);
        return [.. plan.Nodes.Select(node => tree.Mth((int)(node.Index << node.Level), (int)((node.Index + 1) << node.Level)))];
    }
}
