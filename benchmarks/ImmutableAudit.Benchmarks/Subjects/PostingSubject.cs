using ImmutableAudit.Benchmarks.Measuring;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>This library, with events that are posted: nobody waits for the disk.</summary>
internal sealed class PostingSubject : ISubject
{
    public string Name => ImmutableAuditSubject.DefaultName;

    public bool IsOurs => true;

    public string NotDone => "Does not wait for the disk; commits, flushes and publishes in the background meanwhile.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        var directory = Path.Combine(workload.Directory, "log");
        Sample sample;
        long size;
        await using (var log = await BenchmarkLog.OpenAsync(directory))
        {
            sample = await Producers.RunAsync(workload, () => log.PostAsync(BenchmarkEntry.Encoded));
            size = log.Size;
            sample = sample with { Unpublished = size - log.LatestCheckpoint.Checkpoint.Size };
        }

        return sample with { BytesPerEntry = (double)DiskUse.Of(Path.Combine(directory, "tile")) / size };
    }
}
