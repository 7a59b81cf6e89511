using System.Diagnostics;

namespace ImmutableAudit.Benchmarks.Measuring;

/// <summary>
/// One thread on behalf of all producers, one group of them after the other, for subjects that can do one thing at a time.
/// No producer is ever waited for and no thread handed anything: kinder than any queue or lock that would be needed.
/// A producer's latency is the time since its turn before.
/// </summary>
internal static class TurnLoop
{
    /// <summary>Appends until the time is over, on a thread of its own.</summary>
    /// <param name="workload">How many producers, how long.</param>
    /// <param name="group">How many entries <paramref name="append"/> appends together.</param>
    /// <param name="append">Appends that many.</param>
    public static Task<Sample> RunAsync(Workload workload, int group, Action append) =>
        Task.Factory.StartNew(() => Run(workload, group, append), default, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static Sample Run(Workload workload, int group, Action append)
    {
        var turns = new long[Math.Max(1, workload.Producers / group)];
        Run(workload.WarmUp, turns, group, append, new Latencies());
        Array.Clear(turns);

        var latencies = new Latencies();
        using var meter = new Meter();
        return meter.Close(Run(workload.Duration, turns, group, append, latencies), latencies);
    }

    private static long Run(TimeSpan duration, long[] turnBefore, int group, Action append, Latencies latencies)
    {
        var now = Stopwatch.GetTimestamp();
        var end = now + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var count = 0L;
        for (var turn = 0; now < end; turn = (turn + 1) % turnBefore.Length, count += group)
        {
            append();
            now = Stopwatch.GetTimestamp();
            if (turnBefore[turn] != 0)
            {
                latencies.Record(now - turnBefore[turn], group);
            }

            turnBefore[turn] = now;
        }

        return count;
    }
}
