namespace ImmutableAudit.Storage.FileSystem;

/// <summary>The commit that is open, if one is: used again, since one is open at a time.</summary>
/// <param name="committed">The heads, which it moves.</param>
/// <param name="journal">What it is written to.</param>
/// <param name="path">The journal's directory, for messages.</param>
/// <param name="now">The time.</param>
internal sealed class FileSystemCommit(CommittedHeads committed, Func<Journal> journal, string path, Func<DateTimeOffset> now) : IAuditCommit
{
    public LogHead Head => committed.Head;

    public DateTimeOffset Now => now();

    public ValueTask<CommitOutcome> CompleteAsync(CommitBatch batch, CancellationToken cancellationToken)
    {
        var target = journal();
        if (batch.FirstIndex != committed.Size)
        {
            return new(CommitOutcome.Conflict); // It was made on another head, or is completed a second time.
        }

        if (target.IsFullFor(batch.Entries.Length))
        {
            return new(CommitOutcome.Full);
        }

        try
        {
            target.Reserve(batch.Entries.Length);
        }
        catch (AuditOutcomeUnknownException e)
        {
            throw new AuditUnavailableException($"{e.Message} Nothing of this was appended.", e); // The next commit cannot be opened.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AuditUnavailableException($"The journal in '{path}' cannot grow: {e.Message} Nothing was appended. Free space, then try again.", e);
        }

        target.Append(batch);
        committed.Advance(batch.Head);
        return new(CommitOutcome.Committed);
    }

    public void Dispose()
    {
        // One writer, one thread: there is nothing to give back.
    }
}
