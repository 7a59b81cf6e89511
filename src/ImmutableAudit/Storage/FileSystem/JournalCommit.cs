namespace ImmutableAudit.Storage.FileSystem;

/// <summary>Where a commit lies in the journal, and what was committed.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Header">What the record says of itself.</param>
/// <param name="Seal">Of its entries: what is read back is held against it, whoever has written to the file meanwhile (LOG.md L2).</param>
internal readonly record struct JournalCommit(JournalSegment Segment, JournalRecordHeader Header, CommitSeal Seal)
{
    public long FirstIndex => Header.FirstIndex;

    public long EndIndex => Header.EndIndex;

    /// <summary>Whether what was found has the same place in the log, the same entries, and leads to the same head.</summary>
    public bool IsSame(in JournalRecordHeader found, ReadOnlySpan<byte> entries) =>
        FirstIndex == found.FirstIndex && Header.End == found.End && Seal.IsOf(entries);

    /// <summary>Reads its entries, as they lie in a bundle, and makes sure that they are those that were committed.</summary>
    /// <exception cref="AuditLogCorruptException">They are not.</exception>
    /// <exception cref="AuditLogUnreadableException">The file ends before they do.</exception>
    public byte[] ReadEntries()
    {
        var entries = new byte[Header.EntriesLength];
        ReadEntries(entries);
        return Seal.IsOf(entries) ? entries : throw new AuditLogCorruptException(
            $"The journal segment '{Segment.Path}' was changed on disk: the commit at byte {Header.Position} does not hold the entries that were committed.");
    }

    /// <summary>Reads its entries as they are in the file.</summary>
    /// <param name="entries">Takes them: <see cref="JournalRecordHeader.EntriesLength"/> bytes.</param>
    /// <exception cref="AuditLogUnreadableException">The file ends before they do.</exception>
    public void ReadEntries(Span<byte> entries)
    {
        if (Segment.ReadRaw(entries, Header.Position + JournalFormat.RecordHeaderSize) != entries.Length)
        {
            throw new AuditLogUnreadableException($"The journal segment '{Segment.Path}' ends inside the commit at byte {Header.Position}.");
        }
    }
}
