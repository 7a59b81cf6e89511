using System.Diagnostics;

namespace ImmutableAudit.Benchmarks.Measuring;

/// <summary>As many producers as the workload says, on the thread pool, each awaiting its append before the next.</summary>
internal static class Producers
{
    public static async Task<Sample> RunAsync<T>(Workload workload, Func<ValueTask<T>> append)
    {
        using (var ignored = new Latencies())
        {
            await ProduceAsync(workload.Producers, workload.WarmUp, append, ignored);
        }

        using var latencies = new Latencies();
        using var meter = new Meter();
        var appended = await ProduceAsync(workload.Producers, workload.Duration, append, latencies);
        return meter.Close(appended, latencies);
    }

    private static async Task<long> ProduceAsync<T>(int producers, TimeSpan duration, Func<ValueTask<T>> append, Latencies latencies)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var counts = await Task.WhenAll(Enumerable.Range(0, producers).Select(_ => Task.Run(() => ProduceAsync(end, append, latencies))));
        return counts.Sum();
    }

    private static async Task<long> ProduceAsync<T>(long end, Func<ValueTask<T>> append, Latencies latencies)
    {
        var count = 0L;
        for (var started = Stopwatch.GetTimestamp(); started < end; count++)
        {
            await append();
            var now = Stopwatch.GetTimestamp();
            latencies.Record(now - started);
            started = now;
        }

        return count;
    }
}
