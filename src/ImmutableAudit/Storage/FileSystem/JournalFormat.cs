using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// The bytes of the journal. A segment is a page with its header, then commit records, each starting on a page boundary and
/// followed by zeros up to the next. All numbers are little-endian.
/// </summary>
internal static class JournalFormat
{
    /// <summary>No write touches a page, and so a sector, that holds acknowledged bytes (LOG.md L1).</summary>
    public const int PageSize = 4096;

    /// <summary>Bytes in front of a record's entries.</summary>
    public const int RecordHeaderSize = 64;

    /// <summary>Length of a log's first segment.</summary>
    public const int FirstSegmentLength = 256 * 1024;

    /// <summary>No segment is longer, unless one commit needs it.</summary>
    public const int LongestSegment = 64 * 1024 * 1024;

    /// <summary>Longest run of entries in one record; bounds what reading back holds in memory.</summary>
    public const int MaxEntriesLength = 16 * 1024 * 1024;

    private const uint RecordMagic = 0x43414931; // "1IAC"
    private const uint SegmentMagic = 0x53414931; // "1IAS"
    private const int Version = 1;
    private const int CrcOffset = 4;
    private const int CheckedFrom = 8;

    /// <summary>Bytes that a record takes in the segment, padding included.</summary>
    public static int RecordSize(int entriesLength) => Pages(RecordHeaderSize + entriesLength);

    /// <summary>Rounds up to whole pages.</summary>
    public static int Pages(int length) => checked(length + PageSize - 1) & -PageSize;

    /// <summary>Writes a segment's header page.</summary>
    public static uint WriteSegmentHeader(Span<byte> page, in JournalSegmentHeader header)
    {
        page.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(page, SegmentMagic);
        BinaryPrimitives.WriteInt32LittleEndian(page[8..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(page[16..], header.Number);
        WriteHead(page[24..], header.Start);
        BinaryPrimitives.WriteInt64LittleEndian(page[48..], header.RewrittenTo);
        BinaryPrimitives.WriteInt64LittleEndian(page[56..], header.DroppedBytes);
        header.OriginHash.CopyTo(page[64..]);
        var crc = Crc(0, page[CheckedFrom..PageSize]);
        BinaryPrimitives.WriteUInt32LittleEndian(page[CrcOffset..], crc);
        return crc;
    }

    /// <summary>Reads a segment's header page; <see langword="false"/> where it is not one.</summary>
    public static bool TryReadSegmentHeader(ReadOnlySpan<byte> page, out JournalSegmentHeader header, out uint crc)
    {
        header = default;
        crc = 0;
        if (page.Length < PageSize
            || BinaryPrimitives.ReadUInt32LittleEndian(page) != SegmentMagic
            || BinaryPrimitives.ReadInt32LittleEndian(page[8..]) != Version)
        {
            return false;
        }

        crc = Crc(0, page[CheckedFrom..PageSize]);
        header = new JournalSegmentHeader(
            BinaryPrimitives.ReadInt64LittleEndian(page[16..]),
            ReadHead(page[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(page[48..]),
            BinaryPrimitives.ReadInt64LittleEndian(page[56..]),
            new Merkle.MerkleHash(page.Slice(64, Merkle.MerkleHash.Size)));
        return BinaryPrimitives.ReadUInt32LittleEndian(page[CrcOffset..]) == crc;
    }

    /// <summary>Writes a record around the entries that stand behind its header, and zeros the padding. Returns its checksum.</summary>
    /// <param name="record">The whole record: <see cref="RecordSize"/> bytes.</param>
    /// <param name="header">What the record says of itself.</param>
    public static uint SealRecord(Span<byte> record, in JournalRecordHeader header)
    {
        record[..RecordHeaderSize].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(record, RecordMagic);
        BinaryPrimitives.WriteInt32LittleEndian(record[8..], header.EntriesLength);
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], header.Count);
        BinaryPrimitives.WriteInt64LittleEndian(record[16..], header.Segment);
        BinaryPrimitives.WriteInt64LittleEndian(record[24..], header.Position);
        WriteHead(record[32..], header.End);
        BinaryPrimitives.WriteUInt32LittleEndian(record[56..], header.PreviousCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(record[60..], (uint)(header.Unflushed / PageSize));
        record[(RecordHeaderSize + header.EntriesLength)..].Clear();
        var crc = Crc(0, record[CheckedFrom..]);
        BinaryPrimitives.WriteUInt32LittleEndian(record[CrcOffset..], crc);
        return crc;
    }

    /// <summary>Reads a record's header; <see langword="false"/> where it cannot be one. The checksum that it carries is still to be compared.</summary>
    public static bool TryReadRecordHeader(ReadOnlySpan<byte> bytes, out JournalRecordHeader header, out uint crc)
    {
        header = default;
        crc = 0;
        if (bytes.Length < RecordHeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != RecordMagic)
        {
            return false;
        }

        crc = BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcOffset..]);
        header = new JournalRecordHeader(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
            ReadHead(bytes[32..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[56..]),
            (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes[60..]) * PageSize);
        return header is { EntriesLength: >= 0 and <= MaxEntriesLength, Count: > 0 } && header.Count <= header.End.Size;
    }

    /// <summary>The checksum that a record carries, and whether it is right for these bytes.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> record, out uint crc)
    {
        crc = Crc(0, record[CheckedFrom..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(record[CrcOffset..]) == crc;
    }

    private static void WriteHead(Span<byte> bytes, LogHead head)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, head.Size);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], head.LastTime.UtcTicks);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], head.PrivilegeHead);
    }

    private static LogHead ReadHead(ReadOnlySpan<byte> bytes)
    {
        var ticks = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        return new LogHead(
            BinaryPrimitives.ReadInt64LittleEndian(bytes),
            new DateTimeOffset(Math.Clamp(ticks, 0, DateTime.MaxValue.Ticks), TimeSpan.Zero),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]));
    }

    /// <summary>CRC-32C; the length is a multiple of eight wherever it is used.</summary>
    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        return crc;
    }
}
