namespace ImmutableAudit.Storage.FileSystem;

/// <summary>Where a commit lies in the journal.</summary>
internal readonly record struct JournalCommit(JournalSegment Segment, JournalRecordHeader Header)
{
    public long FirstIndex => Header.FirstIndex;

    public long EndIndex => Header.End.Size;

    /// <summary>Reads its entries, as they lie in a bundle.</summary>
    /// <exception cref="AuditLogUnreadableException">The file ends before they do.</exception>
    public byte[] ReadEntries()
    {
        var entries = new byte[Header.EntriesLength];
        ReadEntries(entries);
        return entries;
    }

    /// <inheritdoc cref="ReadEntries()"/>
    /// <param name="entries">Takes them: <see cref="JournalRecordHeader.EntriesLength"/> bytes.</param>
    public void ReadEntries(Span<byte> entries)
    {
        if (Segment.ReadRaw(entries, Header.Position + JournalFormat.RecordHeaderSize) != entries.Length)
        {
            throw new AuditLogUnreadableException($"The journal segment '{Segment.Path}' ends inside the commit at byte {Header.Position}.");
        }
    }
}
