using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Checkpoints;

/// <summary>
/// Every change of one byte that is worth trying: flipped bits, telling characters, removal, doubling, insertion, cutting.
/// </summary>
internal static class OneByteChanges
{
    public static IEnumerable<(byte[] Changed, int At)> Of(byte[] original)
    {
        for (var at = 0; at < original.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                yield return (With(original, at, (byte)(original[at] ^ (1 << bit))), at);
            }

            foreach (var value in "\n =A0/"u8.ToArray())
            {
                if (value != original[at])
                {
                    yield return (With(original, at, value), at);
                }

                yield return ([.. original[..at], value, .. original[at..]], at);
            }

            yield return ([.. original[..at], .. original[(at + 1)..]], at);
            yield return (original[..at], at);
        }
    }

    private static byte[] With(byte[] original, int at, byte value)
    {
        var changed = (byte[])original.Clone();
        changed[at] = value;
        return changed;
    }
}

/// <summary>Seeded garbage: pieces of something well-formed, cut, repeated, exchanged and sprinkled with random bytes.</summary>
internal static class Garbage
{
    public static IEnumerable<byte[]> From(byte[] original, int seed, int count)
    {
        var random = Seeded.Random(seed);
        for (var i = 0; i < count; i++)
        {
            var bytes = new List<byte>();
            for (var pieces = random.Next(1, 6); pieces > 0; pieces--)
            {
                var start = random.Next(original.Length);
                bytes.AddRange(original.AsSpan(start, random.Next(original.Length - start + 1)));
            }

            for (var sprinkles = random.Next(4); sprinkles > 0 && bytes.Count > 0; sprinkles--)
            {
                bytes[random.Next(bytes.Count)] = random.Next(3) == 0 ? (byte)'\n' : (byte)random.Next(256);
            }

            yield return [.. bytes];
        }

        for (var length = 0; length < 64; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            yield return bytes;
        }
    }
}
