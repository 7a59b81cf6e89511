using System.Diagnostics;
using ImmutableAudit.Benchmarks.Measuring;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>Opening a log for writing after a clean stop. Closing is not measured.</summary>
/// <param name="log">The log's directory.</param>
internal sealed class OpenSubject(string log) : ISubject
{
    public string Name => ImmutableAuditSubject.DefaultName;

    public bool IsOurs => true;

    public string NotDone => "In a process that runs already; files are in the operating system's cache.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        await OpenAsync(log);
        var latencies = new Latencies();
        using var meter = new Meter();
        var (started, count) = (Stopwatch.GetTimestamp(), 0L);
        do
        {
            latencies.Record(await OpenAsync(log));
            count++;
        }
        while (Stopwatch.GetElapsedTime(started) < workload.Duration);
        var sample = meter.Close(count, latencies);
        return sample with { Value = (sample.P50 ?? 0) / 1000 };
    }

    private static async Task<long> OpenAsync(string log)
    {
        var started = Stopwatch.GetTimestamp();
        await using (await BenchmarkLog.OpenAsync(log))
        {
            return Stopwatch.GetTimestamp() - started;
        }
    }
}
