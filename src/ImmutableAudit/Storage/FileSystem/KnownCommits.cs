namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// What this process has committed and not published: recovery in the same run finds all of it, and nothing that is not of it (LOG.md L2).
/// </summary>
/// <param name="acknowledged">What was acknowledged, in order.</param>
/// <param name="doubtful">What may have been committed behind it, or not, or in part.</param>
/// <param name="head">The head behind what was acknowledged.</param>
internal sealed class KnownCommits(IReadOnlyList<JournalCommit> acknowledged, JournalCommit? doubtful, LogHead head)
{
    private int _next;

    /// <summary>Number of entries that must be there.</summary>
    public long Acknowledged => head.Size;

    /// <summary>Begins behind what is published.</summary>
    public void Skip(long published) => _next = acknowledged.TakeWhile(commit => commit.EndIndex <= published).Count();

    /// <summary>Whether what was found is the next commit.</summary>
    public bool IsNext(in JournalRecordHeader found, ReadOnlySpan<byte> entries)
    {
        var expected = _next < acknowledged.Count ? acknowledged[_next] : _next == acknowledged.Count ? doubtful : null;
        _next++;
        return expected?.IsSame(found, entries) is true;
    }

    /// <summary>Whether the log can end so: behind what was acknowledged, or behind what is in doubt.</summary>
    public bool IsEnd(LogHead found) => found == head || found == doubtful?.Header.End;
}
