namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// Flushes what was written to a long segment while more is written, so that the last flush, which covers everything, has little left
/// to do. Steps end at fixed positions, and one is awaited before the next begins. Used by one thread.
/// </summary>
/// <param name="segment">The segment.</param>
internal sealed class FlushBehind(JournalSegment segment) : IDisposable
{
    private const int Step = 16 * 1024 * 1024;

    private Task _running = Task.CompletedTask;
    private long _written;

    /// <summary>Notes that so many more bytes were written. A flush that failed is not tried again (LOG.md L4): its failure comes out here or at the end.</summary>
    public void Written(int bytes)
    {
        _written += bytes;
        if (_written < Step)
        {
            return;
        }

        Complete();
        _written = 0;
        using (ExecutionContext.SuppressFlow())
        {
            _running = Task.Factory.StartNew(segment.Flush, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>Returns when no flush is under way, and none has failed.</summary>
    public void Complete() => _running.GetAwaiter().GetResult();

    /// <summary>Returns when no flush is under way.</summary>
    public void Dispose()
    {
        Task.WaitAny(_running);
        _ = _running.Exception; // Whoever is here without having completed fails for another reason already.
    }
}
