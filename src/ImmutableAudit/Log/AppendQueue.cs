namespace ImmutableAudit.Log;

/// <summary>
/// Requests in the order of their calls. Bounded: once so many entries or bytes wait encoded, further requests wait
/// without bytes of their own, and are encoded when their turn comes. Nothing is dropped. Any thread adds; the log's thread
/// takes.
/// </summary>
internal sealed class AppendQueue(int maxEntries, long maxBytes)
{
    private readonly object _gate = new();
    private List<AppendRequest> _incoming = [];
    private long _entries;
    private long _bytes;
    private bool _closed;
    private bool _sleeping;

    // The log's thread's own: what it has fetched and not yet taken, so that producers seldom wait for it.
    private List<AppendRequest> _fetched = [];
    private int _next;

    /// <summary>Entries that wait.</summary>
    public long Entries => Volatile.Read(ref _entries);

    /// <summary>Bytes that wait encoded.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether a request that comes now should be encoded at once.</summary>
    public bool HasRoom => Entries < maxEntries && Bytes < maxBytes;

    /// <summary>Requests that wait, as the log's thread sees it.</summary>
    public int Requests => _fetched.Count - _next + _incoming.Count;

    /// <summary>Puts a request at the end, a post into the one that is there where that is one, too; <see langword="false"/> once the queue is closed.</summary>
    public bool TryEnqueue(AppendRequest request)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _entries += request.Count;
            _bytes += request.Length;
            if (_incoming.Count > 0 && _incoming[^1].TryJoin(request))
            {
                request.Release();
                return true;
            }

            _incoming.Add(request);
            if (_sleeping)
            {
                _sleeping = false;
                Monitor.Pulse(_gate);
            }

            return true;
        }
    }

    /// <summary>Blocks until a request waits; <see langword="false"/> once the queue is closed and empty.</summary>
    public bool WaitForRequest()
    {
        lock (_gate)
        {
            if (_next < _fetched.Count)
            {
                return true;
            }

            while (_incoming.Count == 0 && !_closed)
            {
                _sleeping = true;
                Monitor.Wait(_gate);
            }

            return _incoming.Count > 0;
        }
    }

    /// <summary>Takes what waits, up to so many bytes, or to a request whose bytes are not known yet; the first of all always.</summary>
    public void Take(List<AppendRequest> taken, int bytes)
    {
        long entries = 0, length = 0;
        Fetch();
        for (var first = taken.Count == 0; _next < _fetched.Count && (first || _fetched[_next].Length <= bytes); first = false)
        {
            var request = _fetched[_next++];
            entries += request.Count;
            length += request.Length;
            bytes -= Math.Max(request.Length, 1);
            taken.Add(request);
            if (!request.IsEncoded)
            {
                // Its length is not known before the caller has encoded it.
                break;
            }
        }

        lock (_gate)
        {
            _entries -= entries;
            _bytes -= length;
        }
    }

    /// <summary>Accepts no more requests. Those that wait can still be taken.</summary>
    /// <param name="last">The very last, with nothing behind it.</param>
    public void Close(AppendRequest? last = null)
    {
        lock (_gate)
        {
            if (last is not null && !_closed)
            {
                _incoming.Add(last);
                _entries += last.Count;
                _bytes += last.Length;
            }

            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Fetch()
    {
        if (_next < _fetched.Count)
        {
            return;
        }

        _fetched.Clear();
        _next = 0;
        lock (_gate)
        {
            (_incoming, _fetched) = (_fetched, _incoming);
        }
    }
}
