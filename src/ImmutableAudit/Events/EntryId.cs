using System.Security.Cryptography;

namespace ImmutableAudit.Events;

/// <summary>Makes ids for entries: UUIDs of version 7 (RFC 9562 section 5.7), random but for their time. Thread-safe.</summary>
internal static class EntryId
{
    private const int Size = 16;
    private const int TimeSize = 6;

    /// <summary>Ids for which randomness is asked of the system together: asking costs more than all the rest.</summary>
    private const int Ahead = 64;

    [ThreadStatic]
    private static byte[]? t_random;

    [ThreadStatic]
    private static int t_left;

    /// <summary>A new id of this time, to the millisecond.</summary>
    public static Guid Create(DateTimeOffset time)
    {
        var random = t_random ??= new byte[Ahead * Size];
        if (t_left == 0)
        {
            RandomNumberGenerator.Fill(random);
            t_left = Ahead;
        }

        var id = random.AsSpan(--t_left * Size, Size);
        var milliseconds = time.ToUnixTimeMilliseconds();
        for (var i = 0; i < TimeSize; i++)
        {
            id[i] = (byte)(milliseconds >> (8 * (TimeSize - 1 - i)));
        }

        id[6] = (byte)(0x70 | (id[6] & 0x0F));
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return new Guid(id, bigEndian: true);
    }
}
