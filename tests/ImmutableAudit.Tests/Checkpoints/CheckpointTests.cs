using System.Security.Cryptography;
using System.Text;
using FsCheck.Fluent;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Checkpoints;

public class CheckpointTests
{
    private const string Hash = "kWkf0XgD+ovvnzCiPGQzyEXOXj0hiOnZAbWZdb3Ysz8=";
    private const string Empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    [Fact]
    public void The_text_is_origin_size_root_and_extensions_each_on_a_line()
    {
        Prop.ForAll(
            Gen.Elements("a", Keys.Origin, "two words", "ключ+").ToArbitrary(),
            ArbMap.Default.ArbFor<long>(),
            Gen.Elements("x", "timestamp 1", "ü", "— a b").ListOf(2).ToArbitrary(),
            (origin, number, extensions) =>
            {
                var size = number == long.MinValue ? long.MaxValue : Math.Abs(number);
                var root = size == 0 ? MerkleHash.EmptyRoot : new MerkleHash(SHA256.HashData(BitConverter.GetBytes(size)));
                var checkpoint = new Checkpoint(origin, size, root, [.. extensions]);
                var expected = origin + "\n" + size + "\n" + root + "\n" + string.Concat(extensions.Select(line => line + "\n"));

                Assert.Equal(expected, Encoding.UTF8.GetString(checkpoint.ToText()));
                var read = Checkpoint.Parse(checkpoint.ToText());
                Assert.Equal(checkpoint, read);
                Assert.Equal((origin, size, root), (read.Origin, read.Size, read.Root));
                Assert.Equal(extensions, read.Extensions);
            }).CheckSeeded();
    }

    [Theory]
    [InlineData("a\n1\n" + Hash + "\n")]
    [InlineData("a\n9223372036854775807\n" + Hash + "\n")]
    [InlineData("a\n0\n" + Empty + "\n")]
    [InlineData("a\n1\n" + Hash + "\nextension\n")]
    public void What_is_well_formed_is_read_and_written_the_same(string text)
    {
        Assert.Equal(text, Checkpoint.Parse(Keys.Utf8(text)).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\n")]
    [InlineData("a\n1\n")]
    [InlineData("a\n1\n" + Hash)]
    [InlineData("\n1\n" + Hash + "\n")]
    [InlineData("a\n\n" + Hash + "\n")]
    [InlineData("a\n01\n" + Hash + "\n")]
    [InlineData("a\n00\n" + Empty + "\n")]
    [InlineData("a\n+1\n" + Hash + "\n")]
    [InlineData("a\n-1\n" + Hash + "\n")]
    [InlineData("a\n 1\n" + Hash + "\n")]
    [InlineData("a\n1 \n" + Hash + "\n")]
    [InlineData("a\n1e3\n" + Hash + "\n")]
    [InlineData("a\n١\n" + Hash + "\n")]
    [InlineData("a\n9223372036854775808\n" + Hash + "\n")]
    [InlineData("a\n10000000000000000000\n" + Hash + "\n")]
    [InlineData("a\n99999999999999999999999\n" + Hash + "\n")]
    [InlineData("a\n0\n" + Hash + "\n")]
    [InlineData("a\n1\nkWkf0XgD+ovvnzCiPGQzyEXOXj0hiOnZAbWZdb3Ysz9=\n")]
    [InlineData("a\n1\nkWkf0XgD\n")]
    [InlineData("a\n1\n" + Hash + " \n")]
    [InlineData("a\n1\n" + Hash + "\n\n")]
    [InlineData("a\n1\n" + Hash + "\n\nx\n")]
    [InlineData("a\n1\n" + Hash + "\nx")]
    [InlineData("a\r\n1\r\n" + Hash + "\r\n")]
    [InlineData("a\u007f\n1\n" + Hash + "\n")]
    [InlineData("a\u009b\n1\n" + Hash + "\n")]
    public void What_is_not_exactly_a_checkpoint_is_refused(string text)
    {
        Assert.Throws<AuditFormatException>(() => Checkpoint.Parse(Keys.Utf8(text)));
        Assert.False(Checkpoint.TryParse(Keys.Utf8(text), out _));
    }

    [Fact]
    public void An_origin_has_at_most_255_bytes()
    {
        Assert.Equal(1, new Checkpoint(new string('x', 255), 1, default).Size);
        Assert.Throws<ArgumentException>(() => new Checkpoint(new string('x', 256), 1, default));
        Assert.Throws<ArgumentException>(() => new Checkpoint(new string('ü', 128), 1, default));
        Assert.False(Checkpoint.TryParse(Keys.Utf8(new string('x', 256) + "\n1\n" + Hash + "\n"), out _));
    }

    [Fact]
    public void A_checkpoint_that_could_not_be_read_is_not_made()
    {
        Assert.Throws<ArgumentException>(() => new Checkpoint("a\nb", 1, default));
        Assert.Throws<ArgumentException>(() => new Checkpoint("", 1, default));
        Assert.Throws<ArgumentException>(() => new Checkpoint("\udc00", 1, default));
        Assert.Throws<ArgumentException>(() => new Checkpoint("a", -1, default));
        Assert.Throws<ArgumentException>(() => new Checkpoint("a", 0, default));
        Assert.Throws<ArgumentException>(() => new Checkpoint("a", 1, default, [""]));
        Assert.Throws<ArgumentException>(() => new Checkpoint("a", 1, default, ["x\n"]));
        Assert.Throws<ArgumentException>(() => new Checkpoint("a", 1, default, ["\ud800"]));
    }

    [Fact]
    public void Checkpoints_are_equal_where_origin_size_root_and_extensions_are()
    {
        Assert.Equal(new Checkpoint("a", 1, default, ["x"]), new Checkpoint("a", 1, default, ["x"]));
        Assert.NotEqual(new Checkpoint("a", 1, default), new Checkpoint("a", 1, default, ["x"]));
        Assert.NotEqual(new Checkpoint("a", 1, default), new Checkpoint("a", 2, default));
        Assert.NotEqual(new Checkpoint("a", 1, default), new Checkpoint("a", 1, MerkleHash.EmptyRoot));
    }

    [Fact]
    public void Garbage_is_refused_or_read_and_written_the_same()
    {
        foreach (var garbage in Garbage.From(Keys.Utf8("a\n1\n" + Hash + "\nx\n"), seed: 3, count: 5000))
        {
            if (Checkpoint.TryParse(garbage, out var checkpoint))
            {
                Assert.Equal(garbage, checkpoint.ToText());
            }
        }
    }
}
