using ImmutableAudit.Storage.FileSystem;

namespace ImmutableAudit.Tests.Tampering;

/// <summary>What anybody who can write to a journal can do: its checksums need no key.</summary>
internal static class JournalEditing
{
    /// <summary>Makes the checksum of every commit right again, from the first to the last.</summary>
    public static void Reseal(byte[] segment)
    {
        JournalFormat.TryReadSegmentHeader(segment, out var start, out _);
        var previous = JournalFormat.WriteSegmentHeader(segment.AsSpan(0, JournalFormat.PageSize), start);
        for (var position = JournalFormat.PageSize;
            JournalFormat.TryReadRecordHeader(segment.AsSpan(position), out var header, out _);
            position += JournalFormat.RecordSize(header.EntriesLength))
        {
            var record = segment.AsSpan(position, JournalFormat.RecordSize(header.EntriesLength));
            previous = JournalFormat.SealRecord(record, header with { PreviousCrc = previous });
        }
    }
}
