using ImmutableAudit.Benchmarks.Measuring;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>This library, in PostgreSQL, from one process.</summary>
internal sealed class PostgreSqlSinkSubject(string server) : ISubject
{
    public string Name => ImmutableAuditSubject.DefaultName;

    public bool IsOurs => true;

    public string NotDone => "Publishes on its default interval while it is measured.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        await using var schema = await BenchmarkSchema.CreateAsync(server);
        Sample sample;
        await using (var log = await BenchmarkLog.OpenAsync(Path.Combine(workload.Directory, "log"), BenchmarkSchema.Sink(server)))
        {
            sample = await Producers.RunAsync(workload, () => log.AppendAsync(BenchmarkEntry.Encoded));
            sample = sample with { Unpublished = log.Size - log.LatestCheckpoint.Checkpoint.Size };
        }

        return sample with { BytesPerEntry = await schema.BytesPerEntryAsync() };
    }
}
