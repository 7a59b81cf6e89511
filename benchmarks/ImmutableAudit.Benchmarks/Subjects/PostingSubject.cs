using ImmutableAudit.Benchmarks.Measuring;
using ImmutableAudit.Storage.FileSystem;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>This library, with events that are posted: nobody waits for the disk.</summary>
/// <param name="name">As in tables.</param>
/// <param name="durability">Whether the log waits for it.</param>
internal sealed class PostingSubject(string name, CommitDurability durability) : ISubject
{
    public string Name => name;

    public bool IsOurs => true;

    public string NotDone => durability == CommitDurability.Flushed
        ? "Does not wait for the disk; each commit is flushed in the background meanwhile, tiles and checkpoints are made."
        : "Does not wait for the disk, nor does the log: what is published is flushed first, the rest may be lost with the machine.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        var directory = Path.Combine(workload.Directory, "log");
        Sample sample;
        var sink = new FileSystemSink(directory, new FileSystemSinkOptions { Durability = durability, JournalCapacity = BenchmarkLog.RoomForAWindow });
        var log = await BenchmarkLog.OpenAsync(directory, sink);
        await using (log)
        {
            sample = await Producers.RunAsync(workload, () => log.PostAsync(BenchmarkEntry.Encoded));
            sample = sample with { Unpublished = log.Size - log.LatestCheckpoint.Checkpoint.Size };
        }

        return sample with { BytesPerEntry = (double)DiskUse.Of(Path.Combine(directory, "tile")) / log.LatestCheckpoint.Checkpoint.Size };
    }
}
