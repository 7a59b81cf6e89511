using System.Buffers;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// The write-ahead journal: commits in order, durable before they are acknowledged unless they are buffered, kept until everything in them is
/// published. Written by one thread; read by others meanwhile.
/// </summary>
internal sealed class Journal : IDisposable
{
    /// <summary>Where commits are buffered, no more than this part of a segment is flushed at once, ...</summary>
    private const int LargestPart = 4;

    /// <summary>... and towards its end less and less, down to this one, so that the next segment has little to wait for.</summary>
    private const int SmallestPart = 16;

    private readonly Lock _gate = new();
    private readonly JournalDirectory _directory;
    private readonly long _capacity;
    private readonly bool _isBuffered;

    /// <summary>The one written to is the last. Guarded by the gate, since freeing moves the others up.</summary>
    private readonly List<JournalSegment> _segments;
    private readonly List<JournalCommit> _unpublished;

    /// <summary>The segment written to, so that nobody who commits need look into a list that is being freed. Changes within <see cref="_flushing"/>.</summary>
    private JournalSegment _active;

    /// <summary>
    /// One flush at a time where commits are buffered: of two, the system would tell only one that something is lost.
    /// </summary>
    private readonly Lock _flushing = new();
    private volatile Exception? _flushFailure;
    private Task _flushBehind = Task.CompletedTask;
    private readonly SegmentStock _stock;
    private byte[] _record = [];
    private bool _rolling;

    /// <summary>The commit that is being made, or of which it is not known whether it was.</summary>
    private JournalCommit? _doubtful;

    /// <summary>The head behind what is committed.</summary>
    private LogHead _head;
    private bool _isDisposed;

    public Journal(JournalDirectory directory, FileSystemSinkOptions options, JournalSegment active, IEnumerable<JournalCommit> unpublished)
    {
        _directory = directory;
        _capacity = options.JournalCapacity;
        _isBuffered = options.Durability == CommitDurability.Buffered;
        _stock = new SegmentStock(directory, filled: !_isBuffered);
        _active = active;
        _segments = [active];
        _head = active.End;
        _unpublished = [.. unpublished];
    }

    /// <summary>Whether a commit of this many bytes has to wait until more is published.</summary>
    public bool IsFullFor(int entriesLength)
    {
        var size = JournalFormat.RecordSize(entriesLength);
        if (!_rolling && _active.HasRoom(size))
        {
            return false;
        }

        lock (_gate)
        {
            // One commit always fits into an otherwise published journal, or a capacity set too low would block for ever.
            return _unpublished.Count > 0 && LengthWithNext(size) > _capacity;
        }
    }

    /// <summary>Makes sure that the commit can be written. Failing here, nothing of it was.</summary>
    /// <exception cref="AuditOutcomeUnknownException">What was committed before could not be flushed.</exception>
    public void Reserve(int entriesLength)
    {
        var size = JournalFormat.RecordSize(entriesLength);
        if (!_rolling && _active.HasRoom(size))
        {
            return;
        }

        // A next segment may be there even if making it is reported as failed; then the present one must not grow past its start.
        _rolling = true;
        var header = _active.Header with
        {
            Number = _active.Header.Number + 1,
            Start = _active.End,
            RewrittenTo = _active.End.Size,

            // Still owed to the record where nothing was committed behind what recovery wrote (LOG.md L3).
            DroppedBytes = _active.End.Size == _active.Header.RewrittenTo ? _active.Header.DroppedBytes : 0,
        };
        lock (_flushing)
        {
            Flush(); // So that what is not flushed is always the end of the last segment.
            var next = _directory.Create(header, _stock.Take(JournalFormat.PageSize + size));
            lock (_gate)
            {
                _segments.Add(next);
            }

            _active = next;
        }

        _rolling = false;
    }

    /// <summary>Writes one commit, and flushes it unless commits are buffered. When it throws, whether the commit is there is not known.</summary>
    public void Append(in CommitBatch batch)
    {
        var size = JournalFormat.RecordSize(batch.Entries.Length);
        PooledArray.MakeRoom(ref _record, size);
        var record = _record.AsSpan(0, size);
        batch.Entries.Span.CopyTo(record[JournalFormat.RecordHeaderSize..]);
        var commit = _active.Seal(record, batch.Entries.Length, batch.Count, batch.Head, _isBuffered ? _active.Tail - _active.FlushedTo : 0);
        _doubtful = commit;
        _active.Write(commit, record);
        if (!_isBuffered)
        {
            _active.Flush();
        }

        lock (_gate)
        {
            _unpublished.Add(commit);
            _head = batch.Head;
            _doubtful = null;
        }

        FlushBehind();
        if (_active.Tail > _active.Length / 2 && LengthWithNext(size) <= _capacity)
        {
            _stock.Prepare(NextLength(size));
        }
    }

    /// <summary>Flushes what was committed and only buffered so far. Thread-safe.</summary>
    /// <exception cref="AuditOutcomeUnknownException">
    /// That failed, now or before: it may be lost although it can still be read, and no other flush makes it safe (LOG.md L4).
    /// </exception>
    public void Flush()
    {
        if (!_isBuffered)
        {
            return;
        }

        lock (_flushing)
        {
            ThrowIfInDoubt();
            try
            {
                if (_active.FlushedTo < _active.Tail)
                {
                    _active.Flush();
                }
            }
            catch (Exception e)
            {
                _flushFailure = e;
                ThrowIfInDoubt();
            }
        }
    }

    /// <summary>Nothing is committed on what may be lost.</summary>
    /// <exception cref="AuditOutcomeUnknownException">A flush of commits that were buffered has failed.</exception>
    public void ThrowIfInDoubt()
    {
        if (_flushFailure is { } failure)
        {
            throw new AuditOutcomeUnknownException(
                $"The journal segment '{_active.Path}' could not be flushed: {failure.Message} What was committed to it since the last flush may be lost.", failure);
        }
    }

    /// <summary>Touches nothing in the journal's directory any more; what is there can still be read.</summary>
    public void Stop()
    {
        _stock.Clear();
        _flushBehind.GetAwaiter().GetResult();
    }

    /// <summary>What recovery may find.</summary>
    public KnownCommits Known()
    {
        lock (_gate)
        {
            return new KnownCommits([.. _unpublished], _doubtful, _head);
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
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        Stop();
        Trim();
        foreach (var segment in _segments)
        {
            segment.Dispose();
        }

        ArrayPool<byte>.Shared.Return(_record);
        _record = [];
    }

    /// <summary>A log that is closed holds no space for more. Where a commit failed, recovery has to see what it left.</summary>
    private void Trim()
    {
        try
        {
            if (_doubtful is null && _flushFailure is null)
            {
                _active.Trim();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays longer than it need be.
        }
    }

    /// <summary>A part of a segment at a time, so that neither publishing nor the next segment has to wait for long.</summary>
    private void FlushBehind()
    {
        if (!_isBuffered || !_flushBehind.IsCompleted)
        {
            return;
        }

        var flushed = _active.FlushedTo;
        if (_active.Tail - flushed < Math.Clamp((_active.Length - flushed) / 2, _active.Length / SmallestPart, _active.Length / LargestPart))
        {
            return;
        }

        using (ExecutionContext.SuppressFlow())
        {
            _flushBehind = Task.Factory.StartNew(TryFlush, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    private void TryFlush()
    {
        try
        {
            var segment = _active;
            var from = segment.FlushedTo;
            Flush();
            segment.Evict(from); // So much in so short a time would push the host's own files out of memory.
        }
        catch (AuditOutcomeUnknownException)
        {
            // Whoever commits or publishes next is told.
        }
        catch (ObjectDisposedException)
        {
            // The segment was published and deleted before it was let go.
        }
    }

    private long LengthWithNext(int recordSize)
    {
        lock (_gate)
        {
            var length = NextLength(recordSize);
            foreach (var segment in _segments)
            {
                length += segment.Length;
            }

            return length;
        }
    }

    /// <summary>
    /// Segments grow from one to the next, so that a small log takes little space; but to no more than a part of the
    /// capacity, so that a full journal is freed in parts.
    /// </summary>
    private long NextLength(int recordSize)
    {
        var longest = Math.Clamp(_capacity / 4, JournalFormat.FirstSegmentLength, JournalFormat.LongestSegment);
        return Math.Max(Math.Min(4 * _active.Length, longest), JournalFormat.PageSize + recordSize);
    }
}
