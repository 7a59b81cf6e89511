namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// What is committed: the newest head, and the sizes of earlier ones at some distance, so that a long way to the newest can be published
/// in steps. Changed by the committing thread, looked at by any.
/// </summary>
internal sealed class CommittedHeads
{
    /// <summary>Entries from one step to the next: some 500 files.</summary>
    private const int Step = 65_536;

    private readonly Lock _gate = new();
    private readonly Queue<long> _steps = new();
    private long _lastStep;
    private long _size;

    /// <summary>Number of committed entries.</summary>
    public long Size => Volatile.Read(ref _size);

    /// <summary>The newest head; the committing thread's own.</summary>
    public LogHead Head { get; private set; } = LogHead.Empty;

    /// <summary>Begins anew with what recovery has found.</summary>
    public void Reset(LogHead head)
    {
        lock (_gate)
        {
            _steps.Clear();
            _lastStep = head.Size;
            Set(head);
        }
    }

    /// <summary>Goes on to the head that a commit has led to.</summary>
    public void Advance(LogHead head)
    {
        lock (_gate)
        {
            if (head.Size - _lastStep >= Step)
            {
                _steps.Enqueue(head.Size);
                _lastStep = head.Size;
            }

            Set(head);
        }
    }

    /// <summary>The next size to publish behind another: not much more than a step away, unless recovery found it so.</summary>
    public long NextBehind(long size)
    {
        lock (_gate)
        {
            while (_steps.TryPeek(out var step) && step <= size)
            {
                _steps.Dequeue();
            }

            return _steps.TryPeek(out var next) ? next : _size;
        }
    }

    private void Set(LogHead head)
    {
        Head = head;
        Volatile.Write(ref _size, head.Size);
    }
}
