using System.Diagnostics;
using System.Numerics;

namespace ImmutableAudit.Benchmarks.Measuring;

/// <summary>
/// A histogram of durations with 64 steps for each power of two, so a percentile is right to 1.6 %. Every processor counts in
/// an array of its own, made beforehand: recording neither waits nor allocates.
/// </summary>
internal sealed class Latencies
{
    private const int StepBits = 6;
    private const int Steps = 1 << StepBits;

    private readonly long[][] _counts = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new long[Steps * 64])];

    /// <summary>Records one duration, or several that are the same.</summary>
    /// <param name="ticks">Of <see cref="Stopwatch"/>.</param>
    /// <param name="times">How many.</param>
    public void Record(long ticks, int times = 1)
    {
        // A thread may be moved to another processor in between; so it is added atomically, which next to nobody waits for.
        var mine = _counts[(uint)Thread.GetCurrentProcessorId() % (uint)_counts.Length];
        Interlocked.Add(ref mine[IndexOf(Math.Max(ticks, 0))], times);
    }

    /// <summary>In microseconds; <see langword="null"/> where nothing was recorded.</summary>
    public double? Percentile(double fraction)
    {
        var counts = new long[Steps * 64];
        foreach (var processors in _counts)
        {
            for (var i = 0; i < counts.Length; i++)
            {
                counts[i] += processors[i];
            }
        }

        var left = (long)(counts.Sum() * fraction);
        for (var i = 0; i < counts.Length; i++)
        {
            left -= counts[i];
            if (left < 0)
            {
                return MiddleOf(i) * 1e6 / Stopwatch.Frequency;
            }
        }

        return null;
    }

    private static int IndexOf(long ticks)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)ticks | 1) - StepBits);
        return (shift * Steps) + (int)(ticks >> shift);
    }

    private static double MiddleOf(int index)
    {
        var shift = Math.Max(0, (index / Steps) - 1);
        return (index - (shift * Steps) + 0.5) * Math.Pow(2, shift);
    }
}
