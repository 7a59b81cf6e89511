using System.Text;

namespace ImmutableAudit.Tests.Parsing.Corpus;

/// <summary>
/// Inputs on which a parser, ours or another's, once did the wrong thing. Every parser is given every one of them; what is
/// found is added, and stays.
/// </summary>
internal static class NastyInputs
{
    private const string Hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    public static IEnumerable<byte[]> All => Texts.Select(Encoding.UTF8.GetBytes).Concat(Bytes);

    private static IEnumerable<string> Texts =>
    [
        "", "\n", "\n\n", "\n\n\n", "\0", "\ufeff", " ", "—", "— ", "null", "{}", "[]", "\"\"", "0", "-0", "1e400", "true",

        // Notes: a signature line without, with two, with an empty name; blank lines everywhere; text that looks like a signature.
        "a\n\n— b\n", "a\n\n— b c d\n", "a\n\n—  AAAAAAA=\n", "\n\n\n— b AAAAAQI=\n", "— b AAAAAQI=\n\n— b AAAAAQI=\n", "a\r\n\r\n— b AAAAAQI=\r\n",
        "a\n\n— b AAAAAQI=\n\n— b AAAAAQI=\n\n", "a\n\n— b AAAA\n", "a\n\n— b AAAAAA==\n", "a\n\n— b AAAAAQJ=\n",

        // Checkpoints: numbers.
        $"o\n00\n{Hash}\n", $"o\n-1\n{Hash}\n", $"o\n9223372036854775808\n{Hash}\n", $"o\n1e3\n{Hash}\n", $"o\n0\n{Hash[..^1]}\n", $"o\n٣\n{Hash}\n",
        $"o\n9223372036854775807\n{Hash}\n\n— o AAAAAQI=\n", $"o\n1\n{Hash}\n\u009b31m\n\n— o AAAAAQI=\n",

        // Proofs.
        "c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\nindex 0\n\n", "c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n", "c2sp.org/tlog-proof@v1\r\nindex 0\r\n",
        $"c2sp.org/tlog-proof@v1\nindex 9223372036854775807\n{string.Concat(Enumerable.Repeat(Hash + "\n", 64))}\no\n1\n{Hash}\n\n— o AAAAAQI=\n",
        $"c2sp.org/tlog-proof@v1\nextra e30=\nextra e30=\nindex 0\n\no\n1\n{Hash}\n\n— o AAAAAQI=\n",

        // Keys.
        "++", "a++", "a+00000000+", "a+00000000+AA==", "a+00000000+Ag==", "a+0000000G+AgI=", "a+00000000+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABA==",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----\n",
        string.Concat(Enumerable.Repeat("-----BEGIN ", 5000)),

        // JSON: depth, doubles, halves of characters, numbers that no type holds, names that are escaped differently and yet the same.
        new('[', 60_000), string.Concat(Enumerable.Repeat("{\"a\":", 10_000)), new string('[', 60) + new string(']', 60),
        "{\"a\":1,\"\\u0061\":2}", "{\"\\ud800\":1}", "{\"a\":\"\\udc00\\ud800\"}", "{\"v\":1e0}", "{\"v\":1,\"v\":1}", "{\"v\":99999999999999999999}", "{\"v\":1.0}",
        "{\"v\":1,\"time\":\"9999-12-31T23:59:59.9999999Z\"}", "{\"v\":1,\"time\":\"0000-00-00T00:00:00.0000000Z\"}", "{\"v\":1,\"time\":\"2026-02-30T24:61:61.0000000Z\"}",
        "{\"v\":1,\"time\":\"2026-01-01T00:00:00.0000000Z\\u0022\"}", "{\"t\\u0069me\":\"2026-01-01T00:00:00.0000000Z\"}", "{\"\\ud800\":0,\"time\":\"2026-01-01T00:00:00.0000000Z\"}",
        "{/**/}", "{\"a\":1,}", "{'a':1}", "\ufeff{}", "{}{}", "{} x", "{\"a\":NaN}", "{\"a\":01}", "{\"\":{}}", "{\"~\":{\"/\":{}}}",
        $"{{\"v\":2,\"actor\":{string.Concat(Enumerable.Repeat("{\"id\":\"a\",\"onBehalfOf\":", 62))}0{new string('}', 62)}}}",

        // Deeply nested, and many unknown members there: each has a long path.
        $"{{\"v\":2,\"time\":\"2026-01-01T00:00:00.0000000Z\",\"type\":\"event\",\"id\":\"019b0000-0000-7000-8000-000000000000\",\"action\":\"a\",\"actor\":"
            + $"{string.Concat(Enumerable.Repeat("{\"id\":\"a\",\"onBehalfOf\":", 60))}{{\"id\":\"b\",{string.Join(',', Enumerable.Range(0, 6000).Select(i => $"\"{i}\":0"))}}}{new string('}', 60)}}}",
        $"{{{string.Join(',', Enumerable.Range(0, 6000).Select(i => $"\"{i}\":0"))}}}",
    ];

    private static IEnumerable<byte[]> Bytes =>
    [
        [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF], [0xFE, 0xFF, 0, 0x61],
        [.. "{\"a\":\""u8, 0xFF, .. "\"}"u8], [.. "{\""u8, 0xED, 0xA0, 0x80, .. "\":1}"u8],

        // Bundles and tiles: lengths that promise more than is there, none at all, the longest there is.
        [0xFF, 0xFF], [0xFF, 0xFF, 0], [0, 0], [0, 1], [0, 0, 0, 0], new byte[31], new byte[32], new byte[33], new byte[8191], new byte[8192], new byte[8193],
        [.. Enumerable.Repeat((byte)0xFF, 70_000)],

        // Too long for anything.
        [.. Enumerable.Repeat((byte)'\n', 300_000)], [.. Enumerable.Repeat((byte)'a', 300_000)],
    ];
}
