using ImmutableAudit.Merkle;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// What is committed: the newest head with the range that its entries were hashed to, and earlier ones at some distance, so
/// that a long way to the newest can be published in steps. Changed by the committing thread, looked at by any.
/// </summary>
internal sealed class CommittedHeads
{
    /// <summary>Entries from one step to the next: some 500 files.</summary>
    private const int Step = 65_536;

    private readonly Lock _gate = new();
    private readonly Queue<CompactRange> _steps = new();
    private readonly CompactRange _range = new();
    private long _lastStep;
    private long _size;

    /// <summary>Number of committed entries.</summary>
    public long Size => Volatile.Read(ref _size);

    /// <summary>The newest head; the committing thread's own.</summary>
    public LogHead Head { get; private set; } = LogHead.Empty;

    /// <summary>Its range; the committing thread's own.</summary>
    public CompactRange Range => _range;

    /// <summary>Begins anew with what recovery has found.</summary>
    public void Reset(LogHead head, CompactRange range)
    {
        lock (_gate)
        {
            _steps.Clear();
            _lastStep = head.Size;
            Set(head, range);
        }
    }

    /// <summary>Goes on to the head that a commit has led to.</summary>
    public void Advance(LogHead head, CompactRange range)
    {
        lock (_gate)
        {
            if (head.Size - _lastStep >= Step)
            {
                _steps.Enqueue(range.Clone());
                _lastStep = head.Size;
            }

            Set(head, range);
        }
    }

    /// <summary>The next range to publish behind a size: not much more than a step away, unless recovery found it so.</summary>
    public CompactRange NextBehind(long size)
    {
        lock (_gate)
        {
            while (_steps.TryPeek(out var step) && step.Size <= size)
            {
                _steps.Dequeue();
            }

            return _steps.TryPeek(out var next) ? next : _range.Clone();
        }
    }

    private void Set(LogHead head, CompactRange range)
    {
        Head = head;
        _range.CopyFrom(range);
        Volatile.Write(ref _size, head.Size);
    }
}
