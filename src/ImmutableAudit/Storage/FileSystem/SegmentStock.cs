namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// Has the file of the journal's next segment ready before it is needed: filling it costs as much as many commits. Filled on
/// a thread of its own; otherwise used by the committing thread alone.
/// </summary>
/// <param name="directory">Where it is made.</param>
/// <param name="filled">Whether it is filled with zeros, for the sake of those who wait for a flush.</param>
internal sealed class SegmentStock(JournalDirectory directory, bool filled)
{
    private Task<IStorageFile>? _next;

    /// <summary>Begins to make a file of this length, unless one is made already.</summary>
    public void Prepare(long length)
    {
        if (_next is null)
        {
            Start(length);
        }
    }

    /// <summary>Gives out a file of at least this length.</summary>
    public IStorageFile Take(long length)
    {
        if (TakePrepared() is { } prepared)
        {
            if (prepared.Length >= length)
            {
                return prepared;
            }

            directory.DropBlank(prepared);
        }

        return Create(length);
    }

    /// <summary>Gives up what is prepared; nothing is written any more when this returns.</summary>
    public void Clear()
    {
        if (TakePrepared() is { } prepared)
        {
            directory.DropBlank(prepared);
        }
    }

    private IStorageFile Create(long length) => filled ? directory.CreateBlank(length) : directory.CreateUnfilled(length);

    private void Start(long length)
    {
        using (ExecutionContext.SuppressFlow())
        {
            _next = Task.Factory.StartNew(
                () => Create(length), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    private IStorageFile? TakePrepared()
    {
        var next = _next;
        _next = null;
        try
        {
            return next?.GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // Whoever needs it now tries again, and learns why it fails.
        }
    }
}
