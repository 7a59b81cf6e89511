using ImmutableAudit.Storage.FileSystem;

namespace ImmutableAudit.Tests.Tampering;

/// <summary>What anybody who can write to a journal can do: its checksums need no key.</summary>
internal static class JournalEditing
{
    /// <summary>Makes the checksum of every commit right again, from the first to the last.</summary>
    public static void Reseal(byte[] segment) => Reseal(segment, head => head);

    /// <summary>Makes all heads name this privilege entry as the newest.</summary>
    public static byte[] WithPrivilegeHead(byte[] segment, long privilegeHead)
    {
        Reseal(segment, head => head with { PrivilegeHead = privilegeHead });
        return segment;
    }

    private static void Reseal(byte[] segment, Func<LogHead, LogHead> change)
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
}
