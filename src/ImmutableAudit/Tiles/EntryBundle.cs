using System.Buffers.Binary;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tiles;

/// <summary>The bytes of an entry bundle: each entry behind its length as a 16-bit big-endian number (C2SP tlog-tiles).</summary>
public static class EntryBundle
{
    /// <summary>Bytes in front of each entry.</summary>
    public const int LengthPrefix = 2;

    /// <summary>Longest entry that the format can hold: 65,535 bytes.</summary>
    /// <remarks>AuditEntry and AuditProof say it, too: none of the three knows another.</remarks>
    public const int MaxEntryLength = ushort.MaxValue;

    /// <summary>Longest bundle of <paramref name="width"/> entries.</summary>
    public static int MaxLength(int width) => width * (LengthPrefix + MaxEntryLength);

    /// <summary>Takes the first entry off <paramref name="rest"/>; <see langword="false"/> where its bytes are not all there.</summary>
    public static bool TryReadEntry(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> entry)
    {
        entry = default;
        if (rest.Length < LengthPrefix)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (rest.Length - LengthPrefix < length)
        {
            return false;
        }

        entry = rest.Slice(LengthPrefix, length);
        rest = rest[(LengthPrefix + length)..];
        return true;
    }

    /// <summary>Takes the first entry off bytes of our own making, to be written to.</summary>
    internal static Span<byte> TakeEntry(ref Span<byte> rest)
    {
        var entry = rest.Slice(LengthPrefix, BinaryPrimitives.ReadUInt16BigEndian(rest));
        rest = rest[(LengthPrefix + entry.Length)..];
        return entry;
    }

    /// <summary>Finds the entry behind <paramref name="position"/> others; <see langword="false"/> where its bytes are not all there.</summary>
    internal static bool TryFind(ReadOnlySpan<byte> bundle, int position, out ReadOnlySpan<byte> entry)
    {
        var rest = bundle;
        while (TryReadEntry(ref rest, out entry))
        {
            if (position-- == 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The bytes that the first <paramref name="count"/> entries take, or -1 where they are not all there.</summary>
    public static int LengthOf(ReadOnlySpan<byte> bundle, int count)
    {
        var rest = bundle;
        for (var i = 0; i < count; i++)
        {
            if (!TryReadEntry(ref rest, out _))
            {
                return -1;
            }
        }

        return bundle.Length - rest.Length;
    }

    /// <summary>Takes entries off <paramref name="rest"/> and hashes them, side by side where the processor can, as many as <paramref name="leaves"/> has room for.</summary>
    /// <returns>How many: fewer than there is room for where the next entry's bytes are not all there.</returns>
    public static int HashEntries(scoped ref ReadOnlySpan<byte> rest, scoped Span<MerkleHash> leaves) => HashEntries(ref rest, leaves, BatchHasher.Fastest);

    /// <summary>Takes entries off <paramref name="rest"/> and hashes them, as many as <paramref name="leaves"/> has room for.</summary>
    /// <returns>How many: fewer than there is room for where the next entry's bytes are not all there.</returns>
    internal static int HashEntries(ref ReadOnlySpan<byte> rest, scoped Span<MerkleHash> leaves, BatchHasher hasher)
    {
        Span<Range> entries = stackalloc Range[TileCoordinate.FullWidth];
        for (var hashed = 0; ;)
        {
            var bytes = rest;
            var count = 0;
            while (count < Math.Min(entries.Length, leaves.Length - hashed) && TryReadEntry(ref rest, out var entry))
            {
                var end = bytes.Length - rest.Length;
                entries[count++] = (end - entry.Length)..end;
            }

            hasher.HashLeaves(bytes, entries[..count], leaves[hashed..]);
            hashed += count;
            if (count < entries.Length)
            {
                return hashed;
            }
        }
    }

    /// <summary>Writes the length in front of an entry that the caller writes behind it.</summary>
    public static void WriteLength(Span<byte> destination, int entryLength) =>
        BinaryPrimitives.WriteUInt16BigEndian(destination, checked((ushort)entryLength));
}
