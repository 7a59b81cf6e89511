using System.Security.Cryptography;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Merkle;

public sealed class TreeHasherTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1022)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(65_535)]
    public void A_leaf_is_hashed_behind_a_zero_byte(int length)
    {
        var entry = new byte[length];
        Seeded.Random(length).NextBytes(entry);

        Assert.Equal(new MerkleHash(SHA256.HashData([0, .. entry])), TreeHasher.HashLeaf(entry));
    }

    [Fact]
    public void A_node_is_hashed_behind_a_one_byte_left_before_right()
    {
        MerkleHash left = TreeHasher.HashLeaf("left"u8), right = TreeHasher.HashLeaf("right"u8);
        var input = new byte[65];
        input[0] = 1;
        left.CopyTo(input.AsSpan(1));
        right.CopyTo(input.AsSpan(33));

        Assert.Equal(new MerkleHash(SHA256.HashData(input)), TreeHasher.HashNode(left, right));
        Assert.NotEqual(TreeHasher.HashNode(left, right), TreeHasher.HashNode(right, left));
    }

    [Fact]
    public void A_node_never_passes_for_the_leaf_of_its_own_bytes()
    {
        MerkleHash left = TreeHasher.HashLeaf("left"u8), right = TreeHasher.HashLeaf("right"u8);
        var entry = new byte[64];
        left.CopyTo(entry);
        right.CopyTo(entry.AsSpan(32));

        Assert.NotEqual(TreeHasher.HashNode(left, right), TreeHasher.HashLeaf(entry));
    }
}
