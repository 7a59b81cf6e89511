using System.Collections.Concurrent;

namespace ImmutableAudit.Log;

/// <summary>Requests that are used again, so that an append allocates nothing. Thread-safe.</summary>
internal sealed class RequestPool
{
    /// <summary>As many are kept as may be on their way at once in a busy host; more are left to the garbage collector.</summary>
    private const int Capacity = 4_096;

    private readonly ConcurrentQueue<AppendRequest> _free = new();
    private int _count;

    /// <summary>A request for events: one, or a list of them.</summary>
    /// <param name="events">As for <see cref="AppendRequest.Begin"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="library">Whether the library itself writes them.</param>
    public AppendRequest Rent(object? events, int count, bool library = false)
    {
        if (_free.TryDequeue(out var request))
        {
            Interlocked.Decrement(ref _count);
        }
        else
        {
            request = new AppendRequest(this);
        }

        request.Begin(events, count);
        request.IsLibrary = library; // Whoever had it before: applications must not inherit what the library may.
        return request;
    }

    /// <summary>Takes a request that nobody holds any more.</summary>
    public void Return(AppendRequest request)
    {
        if (Interlocked.Increment(ref _count) <= Capacity)
        {
            _free.Enqueue(request);
        }
        else
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
