namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// Flushes many files at once: the disk takes several flushes for little more than the price of one. Threads of its own,
/// because a flush blocks for milliseconds, and those of the pool are the host's. Used by one thread.
/// </summary>
internal sealed class FlushThreads : IDisposable
{
    /// <summary>More flush no faster, and hold up the commits that are flushed meanwhile.</summary>
    private const int Count = 4;

    private readonly object _gate = new();
    private IReadOnlyList<IStorageFile> _files = [];
    private int _threads;
    private int _next;
    private int _left;
    private Exception? _failure;
    private bool _stopping;

    /// <summary>Returns when all files are flushed.</summary>
    public void Flush(IReadOnlyList<IStorageFile> files)
    {
        if (files.Count == 0)
        {
            return;
        }

        lock (_gate)
        {
            Start(Math.Min(files.Count, Count));
            (_files, _next, _left, _failure) = (files, 0, files.Count, null);
            Monitor.PulseAll(_gate);
            while (_left > 0)
            {
                ObjectDisposedException.ThrowIf(_stopping, this);
                Monitor.Wait(_gate);
            }

            _files = [];
            _next = 0;
            if (_failure is not null)
            {
                throw new IOException(_failure.Message, _failure);
            }
        }
    }

    /// <summary>Lets the threads end, once the disk has answered them; who still waits for a flush learns that it is given up.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Start(int count)
    {
        using var flow = ExecutionContext.SuppressFlow();
        for (; _threads < count; _threads++)
        {
            new Thread(Run) { Name = "ImmutableAudit flush", IsBackground = true }.Start();
        }
    }

    private void Run()
    {
        while (Next() is { } file)
        {
            Exception? failure = null;
            try
            {
                file.Flush();
            }
            catch (Exception e)
            {
                failure = e;
            }

            lock (_gate)
            {
                _failure ??= failure;
                if (--_left == 0)
                {
                    Monitor.PulseAll(_gate);
                }
            }
        }
    }

    private IStorageFile? Next()
    {
        lock (_gate)
        {
            while (_next == _files.Count && !_stopping)
            {
                Monitor.Wait(_gate);
            }

            return _stopping ? null : _files[_next++];
        }
    }
}
