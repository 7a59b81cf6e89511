using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Merkle;

/// <summary>Every way of hashing that this machine has, against one SHA-256 of the framework after the other.</summary>
public sealed class BatchHasherTests
{
    private static readonly byte[] Noise = Random(65_535 + 4_096);

    public static TheoryData<string> Hashers => [.. BatchHasher.Supported.Select(hasher => $"{hasher}")];

    [Fact]
    public void The_vectors_that_the_processor_has_are_tried_and_the_widest_is_used()
    {
        var (eight, sixteen) = (Avx2.IsSupported, Lanes16.IsSupported);

        Assert.Equal(eight, Lanes8.IsSupported);
        Assert.True(Avx512BW.IsSupported || !sixteen);
        Assert.Equal(1 + (eight ? 1 : 0) + (sixteen ? 1 : 0), BatchHasher.Supported.Count);
        Assert.Same(BatchHasher.Framework, BatchHasher.Supported[0]);
        Assert.Same(BatchHasher.Supported[^1], BatchHasher.Fastest);
    }

    [Fact]
    public void Vectors_that_are_switched_off_are_not_used()
    {
        // Switched off by .ci/run; the runtime itself has the last word, so a switch that it ignored is found here.
        var (withoutAvx2, withoutAvx512) = (IsOff("AVX2"), IsOff("AVX512"));
        if (withoutAvx2)
        {
            Assert.Same(BatchHasher.Framework, Assert.Single(BatchHasher.Supported));
        }

        if (withoutAvx512)
        {
            Assert.DoesNotContain(BatchHasher.Supported, hasher => $"{hasher}" == "16 lanes");
        }

        Assert.Equal(!withoutAvx2 && Avx2.IsSupported, Lanes8.IsSupported);
        Assert.Equal(!withoutAvx2 && !withoutAvx512 && Lanes16.IsSupported, $"{BatchHasher.Fastest}" == "16 lanes");

        static bool IsOff(string vectors) => Environment.GetEnvironmentVariable($"DOTNET_Enable{vectors}") == "0";
    }

    [Theory]
    [MemberData(nameof(Hashers))]
    public void The_known_answer_is_given(string hasher) => Assert.True(HashKnownAnswer.IsGivenBy(Hasher(hasher)));

    [Fact]
    public void A_hasher_that_errs_in_one_bit_does_not_give_the_known_answer()
    {
        Assert.False(HashKnownAnswer.IsGivenBy(new Erring(inLeaf: 200)));
        Assert.False(HashKnownAnswer.IsGivenBy(new Erring(inLeaf: null)));
    }

    [Theory]
    [MemberData(nameof(Hashers))]
    public void Leaves_of_every_length_are_hashed_as_by_the_framework(string hasher)
    {
        // Together with others of about its length no entry is too long for the lanes.
        var entries = Enumerable.Range(0, 4_097).Select(length => (length % 61)..((length % 61) + length)).ToArray();

        AssertLeaves(Hasher(hasher), entries);
        AssertLeaves(Hasher(hasher), [.. entries.Reverse()]);
    }

    [Theory]
    [MemberData(nameof(Hashers))]
    public void Leaves_of_one_length_are_hashed_in_every_lane(string hasher)
    {
        foreach (var length in new[] { 0, 1, 54, 55, 56, 62, 63, 64, 118, 119, 120, 127, 128, 256, 4_096, 65_535 })
        {
            AssertLeaves(Hasher(hasher), [.. Enumerable.Range(0, 37).Select(start => start..(start + length))]);
        }
    }

    [Theory]
    [MemberData(nameof(Hashers))]
    public void Lengths_may_be_mixed(string hasher)
    {
        foreach (var longest in new[] { 0, 5, 17, 99 })
        {
            var entries = Enumerable.Range(0, 100).Select(i => i..(i + (i * 37 % 300))).ToArray();
            entries[longest] = 7..(7 + 65_535);
            AssertLeaves(Hasher(hasher), entries);
        }

        AssertLeaves(Hasher(hasher), [.. Enumerable.Range(0, 100).Select(i => i % 2 == 0 ? i..i : i..(i + 65_535))]);
    }

    [Theory]
    [MemberData(nameof(Hashers))]
    public void Any_batch_of_leaves_is_hashed_as_by_the_framework(string hasher)
    {
        var entry = ArbMap.Default.GeneratorFor<NonNegativeInt>().Zip(Gen.Frequency((9, Gen.Choose(0, 700)), (1, Gen.Choose(0, 65_535))))
            .Select(pair => (pair.Item1.Get % 4_096)..((pair.Item1.Get % 4_096) + pair.Item2));
        var batches = Gen.Choose(0, 100).SelectMany(count => entry.ArrayOf(count));

        Prop.ForAll(batches.ToArbitrary(), batch => AssertLeaves(Hasher(hasher), batch)).CheckSeeded();
    }

    [Theory]
    [MemberData(nameof(Hashers))]
    public void Nodes_are_hashed_as_one_by_one(string hasher)
    {
        var children = Hashes(520);
        for (var count = 0; count <= 260; count++)
        {
            var parents = new MerkleHash[count];
            Hasher(hasher).HashNodes(children.AsSpan(0, 2 * count), parents);

            Assert.Equal(Enumerable.Range(0, count).Select(i => TreeHasher.HashNode(children[2 * i], children[(2 * i) + 1])), parents);
        }
    }

    [Theory]
    [MemberData(nameof(Hashers))]
    public void Parents_may_be_put_where_the_children_were(string hasher)
    {
        var children = Hashes(128);
        var level = children.ToArray();

        Hasher(hasher).HashNodes(level, level.AsSpan(0, 64));

        Assert.Equal(Enumerable.Range(0, 64).Select(i => TreeHasher.HashNode(children[2 * i], children[(2 * i) + 1])), level[..64]);
    }

    [Theory]
    [MemberData(nameof(Hashers))]
    public void A_complete_subtree_hashes_to_the_root_of_its_leaves(string hasher)
    {
        var tree = ReferenceTree.OfSize(256);
        for (var count = 1; count <= 256; count *= 2)
        {
            Assert.Equal(tree.Root(count), Hasher(hasher).HashCompleteSubtree(tree.Leaves().AsSpan(0, count)));
        }
    }

    private static BatchHasher Hasher(string name) => BatchHasher.Supported.Single(hasher => $"{hasher}" == name);

    private static void AssertLeaves(BatchHasher hasher, Range[] entries)
    {
        var leaves = new MerkleHash[entries.Length];
        hasher.HashLeaves(Noise, entries, leaves);

        for (var i = 0; i < entries.Length; i++)
        {
            var expected = new MerkleHash(SHA256.HashData([0, .. Noise.AsSpan(entries[i])]));
            Assert.True(expected == leaves[i], $"{hasher}: entry {i} of {entries.Length}, at {entries[i]}");
        }
    }

    private static MerkleHash[] Hashes(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new MerkleHash(Noise.AsSpan(i * MerkleHash.Size, MerkleHash.Size)))];

    private static byte[] Random(int length)
    {
        var bytes = new byte[length];
        Seeded.Random(length).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Hashes like the framework but for one bit of one leaf, or of the first node.</summary>
    private sealed class Erring(int? inLeaf) : BatchHasher
    {
        public override void HashLeaves(ReadOnlySpan<byte> bytes, ReadOnlySpan<Range> entries, Span<MerkleHash> leaves)
        {
            Framework.HashLeaves(bytes, entries, leaves);
            if (inLeaf is { } leaf)
            {
                leaves[leaf] = Flip(leaves[leaf]);
            }
        }

        public override void HashNodes(ReadOnlySpan<MerkleHash> children, Span<MerkleHash> parents)
        {
            Framework.HashNodes(children, parents);
            parents[0] = inLeaf is null ? Flip(parents[0]) : parents[0];
        }

        private static MerkleHash Flip(MerkleHash hash)
        {
            var bytes = new byte[MerkleHash.Size];
            hash.CopyTo(bytes);
            bytes[^1] ^= 1;
            return new MerkleHash(bytes);
        }
    }
}
