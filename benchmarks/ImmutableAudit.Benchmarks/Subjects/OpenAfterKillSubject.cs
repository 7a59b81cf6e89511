using System.Diagnostics;
using ImmutableAudit.Benchmarks.Measuring;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>Opening a log whose writer was killed before it published what it had committed: the journal is read, checked and written anew.</summary>
/// <param name="log">The log as it was found; each run opens a copy of it.</param>
/// <param name="entries">How many are committed and not published.</param>
internal sealed class OpenAfterKillSubject(string log, long entries) : ISubject
{
    private bool _isWarm;

    public string Name => ImmutableAuditSubject.DefaultName;

    public bool IsOurs => true;

    public string NotDone => "In a process that runs already; files are in the operating system's cache. Commits of 1,000 entries.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        if (!_isWarm)
        {
            await OpenAsync(Path.Combine(workload.Directory, "warm-up"));
            _isWarm = true;
        }

        return await OpenAsync(Path.Combine(workload.Directory, "log"));
    }

    /// <summary>Opens a copy, once: to copy and to close, which publishes everything, take longer, and are not measured.</summary>
    private async Task<Sample> OpenAsync(string copy)
    {
        BenchmarkLog.Copy(log, copy);
        var latencies = new Latencies();
        using var meter = new Meter();
        var started = Stopwatch.GetTimestamp();
        await using var open = await BenchmarkLog.OpenAsync(copy, TimeSpan.FromDays(1));
        latencies.Record(Stopwatch.GetTimestamp() - started);
        var sample = meter.Close(entries, latencies);
        return open.Size == entries ? sample : throw new InvalidOperationException($"Of {entries} entries {open.Size} are there.");
    }
}
