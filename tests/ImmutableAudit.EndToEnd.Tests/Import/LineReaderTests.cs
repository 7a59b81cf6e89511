using System.Security.Cryptography;
using ImmutableAudit.Import.Input;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.EndToEnd.Tests.Import;

public sealed class LineReaderTests
{
    [Fact]
    public void Lines_numbers_and_digests_are_those_of_the_text_however_it_arrives()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = Seeded.Random(seed);
            var text = new byte[random.Next(3000)];
            random.NextBytes(text);
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = text[i] < 40 ? (byte)'\n' : text[i];
            }

            Check(text, new DribblingStream(text, random));
        }
    }

    [Fact]
    public void A_line_at_the_limit_is_read_and_longer_ones_are_passed_by()
    {
        foreach (var more in new[] { -1, 0, 1, 70_000, 2 * LineReader.MaxLength })
        {
            var length = LineReader.MaxLength + more;
            byte[] text = [.. "before\n"u8, .. Enumerable.Repeat((byte)'x', length), .. "\nafter"u8];
            using var lines = new LineReader(new DribblingStream(text, Seeded.Random(more)));

            Assert.True(lines.Read() && !lines.IsTooLong);
            Assert.True(lines.Read());
            Assert.Equal((more > 0, more > 0 ? 0 : length), (lines.IsTooLong, lines.Line.Length));
            Assert.True(lines.Read() && !lines.IsTooLong);
            Assert.Equal(3, lines.Number);
            Assert.Equal("after"u8.ToArray(), lines.Line.ToArray());
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([.. text, (byte)'\n'])), lines.Digest());
            Assert.False(lines.Read());
        }
    }

    private static void Check(byte[] text, Stream stream)
    {
        using var lines = new LineReader(stream);
        var rest = text.AsSpan();
        for (var number = 1; !rest.IsEmpty; number++)
        {
            var newline = rest.IndexOf((byte)'\n');
            var line = newline < 0 ? rest : rest[..newline];
            rest = newline < 0 ? [] : rest[(newline + 1)..];

            Assert.True(lines.Read());
            Assert.Equal(number, lines.Number);
            Assert.Equal(line.ToArray(), lines.Line.ToArray());
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([.. text.AsSpan(0, text.Length - rest.Length - (newline < 0 ? 0 : 1)), (byte)'\n'])), lines.Digest());
        }

        Assert.False(lines.Read());
    }

    /// <summary>Gives out any number of bytes at a time.</summary>
    private sealed class DribblingStream(byte[] content, Random random) : MemoryStream(content)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, random.Next(1, 100_000)));
    }
}
