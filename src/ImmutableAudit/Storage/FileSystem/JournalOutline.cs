namespace ImmutableAudit.Storage.FileSystem;

/// <summary>What recovery has to know of the journal's end before it writes the first byte of the segment that replaces it.</summary>
/// <param name="Start">The head in front of the first commit that is not published.</param>
/// <param name="Tail">Position in the last segment behind its last intact record.</param>
/// <param name="End">The head behind it.</param>
/// <param name="Length">Bytes of all records that are not published.</param>
internal readonly record struct JournalOutline(LogHead Start, long Tail, LogHead End, long Length)
{
    /// <summary>What a chain of segments holds, unless a record other than the last is damaged.</summary>
    public static JournalOutline Foresee(List<JournalSegment> chain, long published, ref byte[] buffer)
    {
        var outline = new JournalOutline(chain[0].Header.Start, 0, default, 0);
        foreach (var segment in chain)
        {
            segment.Foresee(published, ref outline, ref buffer);
        }

        return outline;
    }
}
