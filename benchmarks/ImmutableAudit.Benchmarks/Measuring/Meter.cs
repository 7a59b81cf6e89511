using System.Diagnostics;

namespace ImmutableAudit.Benchmarks.Measuring;

/// <summary>One window of measuring: opens when constructed, and watches time, allocations and memory until closed.</summary>
internal sealed class Meter : IDisposable
{
    private static readonly TimeSpan MemoryInterval = TimeSpan.FromMilliseconds(20);

    private readonly WorkingSet _memory = new();
    private readonly Lock _gate = new();
    private readonly Timer _timer;
    private readonly long _workingSet;
    private readonly long _allocated;
    private readonly long _started;
    private long _peak;
    private bool _closed;

    public Meter()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _peak = _workingSet = _memory.Read();
        _timer = new Timer(_ => Look(), null, MemoryInterval, MemoryInterval);
        _allocated = GC.GetTotalAllocatedBytes(precise: true);
        _started = Stopwatch.GetTimestamp();
    }

    /// <summary>Closes the window.</summary>
    /// <param name="operations">What was done in it.</param>
    /// <param name="latencies">How long each took.</param>
    public Sample Close(long operations, Latencies latencies)
    {
        var seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - _allocated;
        Look();
        return new Sample(operations / seconds)
        {
            P50 = latencies.Percentile(0.5),
            P99 = latencies.Percentile(0.99),
            AllocatedPerEntry = (double)allocated / Math.Max(operations, 1),
            PeakMemory = _peak - _workingSet,
        };
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _timer.Dispose();
            _memory.Dispose();
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _peak = Math.Max(_peak, _memory.Read());
            }
        }
    }
}
