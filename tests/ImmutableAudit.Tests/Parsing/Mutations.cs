using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ImmutableAudit.Tests.Parsing;

/// <summary>Changes something well-formed in the ways in which parsers go wrong.</summary>
internal static class Mutations
{
    /// <summary>What stands in a place where something smaller was expected.</summary>
    private static readonly byte[][] Telling =
    [
        .. new[]
        {
            "-1", "0", "00", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e999999999", "4294967296", "NaN", "0x10", "+1",
            "\n", "\n\n", "\r\n", "\0", " ", "=", "==", "+", "/", "—", "— ", "\u202E", "\ufeff", "\\ud800", "\\u0000", "{\"enc\":1}", "{", "[", "\"",
            "index ", "extra ", "c2sp.org/tlog-proof@v1\n", "-----BEGIN PRIVATE KEY-----\n", "%s%n", "../../../etc/passwd",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5],
    ];

    /// <summary>One of the seeds, changed one to four times.</summary>
    public static Gen<byte[]> Of(params byte[][] seeds) =>
        from seed in Gen.Elements(seeds)
        from other in Gen.Elements(seeds)
        from changes in Gen.Choose(0, int.MaxValue).Four().ListOf()
        select changes.Take(4).Aggregate(seed, (bytes, change) => Change(bytes, other, change));

    private static byte[] Change(byte[] bytes, byte[] other, (int What, int From, int To, int Value) change)
    {
        var (first, second) = (change.From % (bytes.Length + 1), change.To % (bytes.Length + 1));
        var (from, to) = (Math.Min(first, second), Math.Max(first, second));
        var near = Math.Min(from + (change.Value % 9), bytes.Length);
        switch (change.What % 9)
        {
            case 0 when bytes.Length > 0:
                byte[] flipped = [.. bytes];
                flipped[change.From % bytes.Length] ^= (byte)(1 << (change.Value % 8));
                return flipped;
            case 1:
                return bytes[..from];
            case 2:
                return [.. bytes[..from], .. bytes[near..]];
            case 3 when bytes.Length < 200_000:
                return [.. bytes[..to], .. bytes[from..]];
            case 4:
                var start = change.Value % (other.Length + 1);
                return [.. bytes[..from], .. other[start..]];
            case 5:
                return [.. bytes[..from], .. Telling[change.Value % Telling.Length], .. bytes[near..]];
            case 6:
                return [.. bytes[..from], .. Telling[change.Value % Telling.Length], .. bytes[from..]];
            case 7:
                return [.. bytes[..from], .. Enumerable.Repeat(Telling[change.Value % Telling.Length], change.To % 300).SelectMany(piece => piece), .. bytes[from..]];
            default:
                byte[] random = [.. bytes];
                new Random(change.Value).NextBytes(random.AsSpan(from, near - from));
                return random;
        }
    }
}
