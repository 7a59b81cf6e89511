using System.Diagnostics;

namespace ImmutableAudit.Benchmarks.Measuring;

/// <summary>
/// As many producers as the workload says, on the thread pool, each awaiting its append before the next. They are the same
/// tasks while warming up and in the window, so within it nothing of theirs is allocated.
/// </summary>
internal static class Producers
{
    public static async Task<Sample> RunAsync<T>(Workload workload, Func<ValueTask<T>> append)
    {
        var warmUp = new Phase(workload.Producers);
        var measured = new Phase(workload.Producers);
        var producers = Enumerable.Range(0, workload.Producers).Select(_ => Task.Run(() => ProduceAsync([warmUp, measured], append))).ToArray();
        try
        {
            warmUp.Begin(workload.WarmUp);
            await warmUp.Ended;
            using var meter = new Meter();
            measured.Begin(workload.Duration);
            await measured.Ended;
            return meter.Close(measured.Count, measured.Latencies);
        }
        finally
        {
            measured.Begin(TimeSpan.Zero); // Where warming up failed: nobody waits for it for ever.
            await Task.WhenAll(producers);
        }
    }

    private static async Task ProduceAsync<T>(Phase[] phases, Func<ValueTask<T>> append)
    {
        foreach (var phase in phases)
        {
            var count = 0L;
            try
            {
                var end = await phase.End;
                for (var started = Stopwatch.GetTimestamp(); started < end; count++)
                {
                    await append();
                    var now = Stopwatch.GetTimestamp();
                    phase.Latencies.Record(now - started);
                    started = now;
                }
            }
            catch (Exception e)
            {
                phase.Fail(e);
                throw;
            }

            phase.Leave(count);
        }
    }

    /// <summary>Producers wait for its begin; it ends when all have left.</summary>
    private sealed class Phase(int producers)
    {
        private readonly TaskCompletionSource<long> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = producers;
        private long _count;

        public Latencies Latencies { get; } = new();

        /// <summary>What all producers appended.</summary>
        public long Count => Volatile.Read(ref _count);

        /// <summary>When it ends, known once it has begun.</summary>
        public Task<long> End => _end.Task;

        public Task Ended => _ended.Task;

        public void Begin(TimeSpan duration) =>
            _end.TrySetResult(Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency));

        public void Leave(long count)
        {
            Interlocked.Add(ref _count, count);
            if (Interlocked.Decrement(ref _left) == 0)
            {
                _ended.TrySetResult();
            }
        }

        public void Fail(Exception exception) => _ended.TrySetException(exception);
    }
}
