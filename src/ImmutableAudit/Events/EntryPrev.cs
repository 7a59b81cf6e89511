using System.Buffers.Text;

namespace ImmutableAudit.Events;

/// <summary>
/// The member <c>prev</c> of an entry that decisions are based on: the index of the one before it (P27). It is the last
/// member and a number padded with spaces on its left, always as wide as the largest index, so that the thread that gives
/// out indexes can stamp it into bytes encoded before, as it does with the time (<see cref="EntryTime"/>).
/// </summary>
internal static class EntryPrev
{
    /// <summary>What it says where there is none before.</summary>
    public const long None = -1;

    /// <summary>Bytes of the number and its padding: the digits of <see cref="long.MaxValue"/>.</summary>
    public const int Length = 19;

    /// <summary>Stamps an entry with this member that <see cref="EventEncoder"/> has written.</summary>
    public static void Stamp(Span<byte> entry, long prev) => Format(prev, entry[^(Length + 1)..^1]);

    /// <summary>Writes exactly <see cref="Length"/> bytes.</summary>
    /// <param name="prev">An index, or <see cref="None"/>.</param>
    /// <param name="destination">Where to.</param>
    public static void Format(long prev, Span<byte> destination)
    {
        Span<byte> digits = stackalloc byte[Length];
        _ = Utf8Formatter.TryFormat(prev, digits, out var written);
        destination[..(Length - written)].Fill((byte)' ');
        digits[..written].CopyTo(destination[(Length - written)..]);
    }
}
