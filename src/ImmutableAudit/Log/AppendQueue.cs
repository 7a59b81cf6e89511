namespace ImmutableAudit.Log;

/// <summary>
/// Requests in the order of their calls. Bounded: once so many entries or bytes wait encoded, further requests wait
/// without bytes of their own, and are encoded when their turn comes. Nothing is dropped. Thread-safe.
/// </summary>
internal sealed class AppendQueue(int maxEntries, long maxBytes)
{
    private readonly Queue<AppendRequest> _requests = new();
    private long _entries;
    private long _bytes;
    private bool _closed;

    /// <summary>Entries that wait.</summary>
    public long Entries => Volatile.Read(ref _entries);

    /// <summary>Bytes that wait encoded.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether a request that comes now should be encoded at once.</summary>
    public bool HasRoom => Entries < maxEntries && Bytes < maxBytes;

    /// <summary>Puts a request at the end; <see langword="false"/> once the queue is closed.</summary>
    public bool TryEnqueue(AppendRequest request)
    {
        lock (_requests)
        {
            if (_closed)
            {
                return false;
            }

            _requests.Enqueue(request);
            _entries += request.Count;
            _bytes += request.Length;
            if (_requests.Count == 1)
            {
                Monitor.Pulse(_requests);
            }

            return true;
        }
    }

    /// <summary>Blocks until a request waits; <see langword="false"/> once the queue is closed and empty.</summary>
    public bool WaitForRequest()
    {
        lock (_requests)
        {
            while (_requests.Count == 0 && !_closed)
            {
                Monitor.Wait(_requests);
            }

            return _requests.Count > 0;
        }
    }

    /// <summary>Takes what waits, up to so many bytes, or to a request whose bytes are not known yet; the first of all always.</summary>
    public void Take(List<AppendRequest> taken, int bytes)
    {
        lock (_requests)
        {
            while (_requests.TryPeek(out var request) && (taken.Count == 0 || request.Length <= bytes))
            {
                _requests.Dequeue();
                _entries -= request.Count;
                _bytes -= request.Length;
                bytes -= Math.Max(request.Length, 1);
                taken.Add(request);
                if (!request.IsEncoded)
                {
                    // Its length is not known before the caller has encoded it.
                    break;
                }
            }
        }
    }

    /// <summary>Accepts no more requests. Those that wait can still be taken.</summary>
    public void Close()
    {
        lock (_requests)
        {
            _closed = true;
            Monitor.PulseAll(_requests);
        }
    }
}
