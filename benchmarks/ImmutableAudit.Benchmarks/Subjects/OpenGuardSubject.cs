using System.Diagnostics;
using ImmutableAudit.Benchmarks.Guards;
using ImmutableAudit.Benchmarks.Measuring;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>Opening a log and the guard on it, whose state is folded from the log. Closing is not measured.</summary>
/// <param name="name">As in tables and JSON.</param>
/// <param name="log">The log's directory.</param>
/// <param name="what">What is in it.</param>
internal sealed class OpenGuardSubject(string name, string log, string what) : ISubject
{
    public string Name => name;

    public bool IsOurs => true;

    public string NotDone => what;

    public async Task<Sample> RunAsync(Workload workload)
    {
        await OpenAsync();
        var latencies = new Latencies();
        using var meter = new Meter();
        var (started, count) = (Stopwatch.GetTimestamp(), 0L);
        do
        {
            latencies.Record(await OpenAsync());
            count++;
        }
        while (Stopwatch.GetElapsedTime(started) < workload.Duration);
        var sample = meter.Close(count, latencies);
        return sample with { Value = (sample.P50 ?? 0) / 1000 };
    }

    private async Task<long> OpenAsync()
    {
        var started = Stopwatch.GetTimestamp();
        await using var opened = await BenchmarkLog.OpenAsync(log);
        await using var guard = await AccessGuard.OpenAsync(opened, [GuardStage.Catalogue()], policy => PrivilegedLog.Policy(policy));
        return Stopwatch.GetTimestamp() - started;
    }
}
