using ImmutableAudit.Storage.FileSystem;

namespace ImmutableAudit.Tests.Tampering;

/// <summary>What anybody who can write to a journal can do: its checksums need no key.</summary>
internal static class JournalEditing
{
    /// <summary>Makes the checksum of every commit right again, from the first to the last.</summary>
    public static void Reseal(byte[] segment) => WithHeads(segment, head => head);

    /// <summary>Makes all heads name this privilege entry as the newest.</summary>
    public static byte[] WithPrivilegeHead(byte[] segment, long privilegeHead)
    {
        WithHeads(segment, head => head with { PrivilegeHead = privilegeHead });
        return segment;
    }

    /// <summary>Changes what every commit says of the head behind it.</summary>
    public static void WithHeads(byte[] segment, Func<LogHead, LogHead> change)
    {
        JournalFormat.TryReadSegmentHeader(segment, out var start, out _);
        start = start with { Start = change(start.Start) };
        var previous = JournalFormat.WriteSegmentHeader(segment.AsSpan(0, JournalFormat.PageSize), start);
        for (var position = JournalFormat.PageSize;
            JournalFormat.TryReadRecordHeader(segment.AsSpan(position), out var header, out _);
            position += JournalFormat.RecordSize(header.EntriesLength))
        {
            var record = segment.AsSpan(position, JournalFormat.RecordSize(header.EntriesLength));
            previous = JournalFormat.SealRecord(record, header with { PreviousCrc = previous, End = change(header.End) });
        }
    }

    /// <summary>Puts the entries of the last commit behind it once more, as another.</summary>
    public static void AppendCopyOfLast(byte[] segment)
    {
        var (position, last) = (0, default(JournalRecordHeader));
        for (var next = JournalFormat.PageSize;
            JournalFormat.TryReadRecordHeader(segment.AsSpan(next), out var header, out _);
            next += JournalFormat.RecordSize(header.EntriesLength))
        {
            (position, last) = (next, header);
        }

        var length = JournalFormat.RecordSize(last.EntriesLength);
        Assert.True(JournalFormat.IsIntact(segment.AsSpan(position, length), out var crc));
        var copy = segment.AsSpan(position + length, length);
        segment.AsSpan(position, length).CopyTo(copy);
        JournalFormat.SealRecord(copy, last with
        {
            Position = position + length,
            PreviousCrc = crc,
            End = last.End with { Size = last.End.Size + last.Count },
        });
    }
}
