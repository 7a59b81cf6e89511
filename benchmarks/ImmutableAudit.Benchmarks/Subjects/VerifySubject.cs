using System.Diagnostics;
using ImmutableAudit.Benchmarks.Measuring;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>Full verification of a log, on all cores.</summary>
/// <param name="log">The log's directory.</param>
/// <param name="entries">How many it has.</param>
internal sealed class VerifySubject(string log, long entries) : ISubject
{
    public string Name => ImmutableAuditSubject.DefaultName;

    public bool IsOurs => true;

    public string NotDone => "All cores; files are in the operating system's cache.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        var verifier = new LogVerifier(new DirectoryLogReader(log), new LogVerificationOptions { Keys = [BenchmarkLog.Key(log)] });
        await VerifyAsync(verifier);
        var latencies = new Latencies();
        using var meter = new Meter();
        var (started, verified) = (Stopwatch.GetTimestamp(), 0L);
        do
        {
            await VerifyAsync(verifier);
            verified += entries;
        }
        while (Stopwatch.GetElapsedTime(started) < workload.Duration);
        return meter.Close(verified, latencies);
    }

    private static async Task VerifyAsync(LogVerifier verifier)
    {
        var result = await verifier.VerifyAsync();
        if (!result.Holds)
        {
            throw new InvalidOperationException($"The benchmark's own log does not verify: {result.Failure.Message}");
        }
    }
}
