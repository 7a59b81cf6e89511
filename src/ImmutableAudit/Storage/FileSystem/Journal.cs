using System.Buffers;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// The write-ahead journal: commits in order, durable before they are acknowledged, kept until everything in them is
/// published. Written by one thread; read by others meanwhile.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly Lock _gate = new();
    private readonly JournalDirectory _directory;
    private readonly long _capacity;

    /// <summary>The one written to is the last. Guarded by the gate, since freeing moves the others up.</summary>
    private readonly List<JournalSegment> _segments;
    private readonly List<JournalCommit> _unpublished;

    /// <summary>The segment written to; the committing thread's own, so that it need not look into a list that is being freed.</summary>
    private JournalSegment _active;
    private byte[] _record = [];
    private bool _rolling;

    public Journal(JournalDirectory directory, long capacity, JournalSegment active, IEnumerable<JournalCommit> unpublished)
    {
        _directory = directory;
        _capacity = capacity;
        _active = active;
        _segments = [active];
        _unpublished = [.. unpublished];
    }

    /// <summary>A segment is left for the next at this length, so that a full journal is freed in parts.</summary>
    private long SegmentLength => Math.Clamp(_capacity / 4, 256 * 1024, 64 * 1024 * 1024);

    /// <summary>Whether a commit of this many bytes has to wait until more is published.</summary>
    public bool IsFullFor(int entriesLength)
    {
        lock (_gate)
        {
            var used = _segments.Sum(segment => segment.Tail);

            // One commit always fits into an otherwise published journal, or a capacity set too low would block for ever.
            return _unpublished.Count > 0 && used + JournalFormat.RecordSize(entriesLength) > _capacity;
        }
    }

    /// <summary>Makes sure that the commit can be written. Failing here, nothing of it was.</summary>
    public void Reserve(int entriesLength)
    {
        var size = JournalFormat.RecordSize(entriesLength);
        if (_rolling || (_active.Tail > JournalFormat.PageSize && _active.Tail + size > SegmentLength))
        {
            // A next segment may be there even if making it is reported as failed; then the present one must not grow past its start.
            _rolling = true;
            var next = _directory.Create(_active.Header with
            {
                Number = _active.Header.Number + 1,
                Start = _active.End,
                RewrittenTo = _active.End.Size,

                // Still owed to the record where nothing was committed behind what recovery wrote (LOG.md L3).
                DroppedBytes = _active.End.Size == _active.Header.RewrittenTo ? _active.Header.DroppedBytes : 0,
            });
            lock (_gate)
            {
                _segments.Add(next);
            }

            _active = next;
            _rolling = false;
        }

        _active.Reserve(size);
    }

    /// <summary>Writes and flushes one commit. When it throws, whether the commit is there is not known.</summary>
    public void Append(CommitBatch batch)
    {
        var size = JournalFormat.RecordSize(batch.Entries.Length);
        if (_record.Length < size)
        {
            ArrayPool<byte>.Shared.Return(_record);
            _record = ArrayPool<byte>.Shared.Rent(size);
        }

        var record = _record.AsSpan(0, size);
        batch.Entries.Span.CopyTo(record[JournalFormat.RecordHeaderSize..]);
        var commit = _active.Append(record, batch.Entries.Length, batch.Count, batch.Head);
        _active.Flush();
        lock (_gate)
        {
            _unpublished.Add(commit);
        }
    }

    /// <summary>The commit that holds an entry, or <see langword="null"/> where it is published already or not committed.</summary>
    public JournalCommit? Find(long index)
    {
        lock (_gate)
        {
            int low = 0, high = _unpublished.Count - 1;
            while (low <= high)
            {
                var middle = (low + high) / 2;
                var commit = _unpublished[middle];
                if (index < commit.FirstIndex)
                {
                    high = middle - 1;
                }
                else if (index >= commit.EndIndex)
                {
                    low = middle + 1;
                }
                else
                {
                    return commit;
                }
            }

            return null;
        }
    }

    /// <summary>Forgets what is published, and deletes the segments that hold nothing else.</summary>
    public void Free(long published)
    {
        var freed = new List<JournalSegment>();
        lock (_gate)
        {
            _unpublished.RemoveAll(commit => commit.EndIndex <= published);
            while (_segments.Count > 1 && _segments[0].End.Size <= published)
            {
                freed.Add(_segments[0]);
                _segments.RemoveAt(0);
            }
        }

        foreach (var segment in freed)
        {
            segment.Dispose();
            _directory.Delete(segment.Path);
        }
    }

    public void Dispose()
    {
        foreach (var segment in _segments)
        {
            segment.Dispose();
        }

        ArrayPool<byte>.Shared.Return(_record);
        _record = [];
    }
}
