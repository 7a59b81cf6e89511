using System.Diagnostics;
using ImmutableAudit.Benchmarks.Measuring;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>Full verification of a log through a connection.</summary>
internal sealed class PostgreSqlVerifySubject(string server, long entries) : ISubject
{
    public string Name => ImmutableAuditSubject.DefaultName;

    public bool IsOurs => true;

    public string NotDone => "The server shares the processor's cores with the verifier.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        await using var schema = await BenchmarkSchema.CreateAsync(server);
        var directory = Path.Combine(workload.Directory, "log");
        await using (var log = await BenchmarkLog.OpenAsync(directory, BenchmarkSchema.Sink(server)))
        {
            await BenchmarkLog.FillAsync(log, entries);
        }

        await using var reader = await BenchmarkSchema.ReadAsync(server);
        var verifier = new LogVerifier(reader, new LogVerificationOptions { Keys = [BenchmarkLog.Key(directory)] });
        await VerifyAsync(verifier);
        using var meter = new Meter();
        var (started, verified) = (Stopwatch.GetTimestamp(), 0L);
        do
        {
            await VerifyAsync(verifier);
            verified += entries;
        }
        while (Stopwatch.GetElapsedTime(started) < workload.Duration);
        return meter.Close(verified, new Latencies());
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
