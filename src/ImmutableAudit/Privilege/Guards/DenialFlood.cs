using System.Collections.Concurrent;

namespace ImmutableAudit.Privilege;

/// <summary>
/// Equal denials beyond a number per interval are counted, not recorded one by one, so that nobody fills the log by asking
/// again and again; never dropped (PRIVILEGE.md P7). Thread-safe; one caller at a time drains.
/// </summary>
internal sealed class DenialFlood(int recordedEach)
{
    /// <summary>Most different denials that are told apart in one interval. What comes beyond them is recorded one by one.</summary>
    public const int MaxKeys = 10_000;

    private readonly ConcurrentQueue<(Denial Denial, long Count)> _returned = new();
    private ConcurrentDictionary<Denial, Counter> _denials = new();
    private volatile bool _isClosed;

    /// <summary>Whether this denial is one too many to be recorded by itself; it is counted then.</summary>
    public bool Absorbs(Denial denial)
    {
        var denials = Volatile.Read(ref _denials);
        if (denials.Count >= MaxKeys && !denials.ContainsKey(denial))
        {
            return false;
        }

        // Where the interval has ended in between, or all has, a count may come too late to be drained: such a denial is recorded,
        // even if that counts it twice.
        return denials.GetOrAdd(denial, static _ => new Counter()).Next() > recordedEach
            && ReferenceEquals(Volatile.Read(ref _denials), denials)
            && !_isClosed;
    }

    /// <summary>Absorbs no more. What was counted before is there to be drained, for the last time.</summary>
    public void Close() => Interlocked.Exchange(ref _isClosed, true); // Who counts writes and then looks; so must who drains after this.

    /// <summary>Takes what was counted, and begins a new interval.</summary>
    public IEnumerable<(Denial Denial, long Count)> Drain()
    {
        for (var returned = _returned.Count; returned > 0 && _returned.TryDequeue(out var denial); returned--)
        {
            yield return denial;
        }

        var denials = Interlocked.Exchange(ref _denials, new());
        foreach (var (denial, counter) in denials)
        {
            // Who still counts in the old interval finds the counter closed, and so records by itself.
            if (counter.Close() - recordedEach is > 0 and var absorbed)
            {
                yield return (denial, absorbed);
            }
        }
    }

    /// <summary>Gives back what was drained and could not be recorded.</summary>
    public void Return(Denial denial, long count) => _returned.Enqueue((denial, count));

    private sealed class Counter
    {
        private const long Closed = long.MinValue / 2;
        private long _count;

        /// <summary>The number of this denial; negative once closed.</summary>
        public long Next() => Interlocked.Increment(ref _count);

        public long Close() => Interlocked.Exchange(ref _count, Closed);
    }
}

/// <summary>What makes two denials equal.</summary>
internal sealed record Denial(AuditSubject Subject, string Permission, AuditResource? Resource, string Code);
