using System.Text;
using FsCheck.Fluent;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Merkle;

public sealed class MerkleHashTests
{
    private const string EmptyRoot = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    [Fact]
    public void The_empty_root_is_the_hash_of_nothing() => Assert.Equal(EmptyRoot, MerkleHash.EmptyRoot.ToString());

    [Fact]
    public void What_is_written_is_read_again() => Prop.ForAll(
        Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value), MerkleHash.Size).ToArbitrary(),
        bytes =>
        {
            var hash = new MerkleHash(bytes);
            var copy = new byte[MerkleHash.Size];
            hash.CopyTo(copy);
            Assert.Equal(bytes, copy);
            Assert.Equal(Convert.ToBase64String(bytes), hash.ToString());
            Assert.True(Parses(hash.ToString(), out var parsed));
            Assert.True(parsed == hash && !(parsed != hash) && parsed.Equals((object)hash) && parsed.GetHashCode() == hash.GetHashCode());
        }).CheckSeeded();

    [Fact]
    public void Any_other_bit_makes_another_hash()
    {
        for (var bit = 0; bit < 256; bit++)
        {
            var other = Spoiled.Flip(MerkleHash.EmptyRoot, bit);
            Assert.True(other != MerkleHash.EmptyRoot && !other.Equals((object)MerkleHash.EmptyRoot));
        }

        Assert.False(MerkleHash.EmptyRoot.Equals((object)EmptyRoot));
    }

    [Fact]
    public void Each_hash_has_one_spelling()
    {
        // The last character before the padding carries four bits of the hash and two that must be zero.
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (var i = 0; i < alphabet.Length; i++)
        {
            Assert.Equal(i % 4 == 0, Parses(EmptyRoot[..42] + alphabet[i] + "=", out _));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU")]
    [InlineData("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUA")]
    [InlineData("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==")]
    [InlineData("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU==")]
    [InlineData("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData(" 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    [InlineData("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=47DE")]
    [InlineData("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("============================================")]
    [InlineData("\uFF14\uFF17DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    public void Nothing_else_is_a_hash(string text) => Assert.False(Parses(text, out _));

    [Fact]
    public void No_other_character_is_accepted_anywhere()
    {
        foreach (var bad in " \t\r\n\0\u007f-_=.~\u00e9\u2003")
        {
            for (var i = 0; i < EmptyRoot.Length - 1; i++)
            {
                Assert.False(Parses(EmptyRoot[..i] + bad + EmptyRoot[(i + 1)..], out _));
                Assert.False(Parses(EmptyRoot[..i] + bad + EmptyRoot[i..], out _));
                Assert.False(Parses(EmptyRoot[..i] + bad + EmptyRoot[i..^1], out _));
            }
        }
    }

    [Fact]
    public void Garbage_never_throws_and_what_parses_is_canonical() => Prop.ForAll(
        Gen.Choose(40, 48).SelectMany(length => Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value), length)).ToArbitrary(),
        bytes => !MerkleHash.TryParse(bytes, out var hash) || hash.ToString() == Encoding.ASCII.GetString(bytes)).CheckSeeded();

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Other_lengths_are_refused(int length)
    {
        Assert.Throws<ArgumentException>(() => new MerkleHash(new byte[length]));
        if (length < MerkleHash.Size)
        {
            Assert.ThrowsAny<ArgumentException>(() => MerkleHash.EmptyRoot.CopyTo(new byte[length]));
        }
    }

    /// <summary>Both overloads, which have to agree.</summary>
    private static bool Parses(string text, out MerkleHash hash)
    {
        var parsed = MerkleHash.TryParse(text, out hash);
        Assert.Equal(parsed, MerkleHash.TryParse(Encoding.UTF8.GetBytes(text), out var other));
        Assert.Equal(hash, other);
        return parsed;
    }
}
