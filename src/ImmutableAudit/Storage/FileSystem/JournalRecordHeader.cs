namespace ImmutableAudit.Storage.FileSystem;

/// <summary>What a commit record says of itself.</summary>
/// <param name="Segment">Number of the segment that it was written to.</param>
/// <param name="Position">Where in the segment it begins, in bytes.</param>
/// <param name="Count">Number of entries.</param>
/// <param name="EntriesLength">Bytes of the entries, their lengths included.</param>
/// <param name="End">The head once its entries are in.</param>
/// <param name="PreviousCrc">Checksum of the record before it, or of the segment's header.</param>
/// <param name="Unflushed">Bytes in front of it, whole pages, of which it was not known that they are flushed when it was written.</param>
internal readonly record struct JournalRecordHeader(
    long Segment, long Position, int Count, int EntriesLength, LogHead End, uint PreviousCrc, long Unflushed)
{
    /// <summary>Index of the first entry.</summary>
    public long FirstIndex => End.Size - Count;

    /// <summary>Index behind the last entry.</summary>
    public long EndIndex => End.Size;

    /// <summary>Position up to which the segment was flushed when the record was written.</summary>
    public long FlushedTo => Position - Unflushed;
}
