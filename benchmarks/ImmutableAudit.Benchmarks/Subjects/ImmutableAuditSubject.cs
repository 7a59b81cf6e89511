using ImmutableAudit.Benchmarks.Measuring;
using ImmutableAudit.Storage.FileSystem;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>This library, in a directory, with an encoded event.</summary>
/// <param name="name">As in tables.</param>
/// <param name="interval">How often it publishes; <see langword="null"/> for its default.</param>
internal sealed class ImmutableAuditSubject(string name = ImmutableAuditSubject.DefaultName, TimeSpan? interval = null) : ISubject
{
    public const string DefaultName = "immutableaudit";

    public string Name => name;

    public bool IsOurs => true;

    public string NotDone => interval is null
        ? "Publishes on its default interval while it is measured."
        : "Commits alone: does not hash the tree, integrate, sign or publish while it is measured.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        var directory = Path.Combine(workload.Directory, "log");
        Sample sample;
        var sink = new FileSystemSink(directory, interval is null ? null : new FileSystemSinkOptions { JournalCapacity = BenchmarkLog.RoomForAWindow });
        var log = await BenchmarkLog.OpenAsync(directory, sink, interval);
        await using (log)
        {
            sample = await Producers.RunAsync(workload, () => log.AppendAsync(BenchmarkEntry.Encoded));
            sample = sample with { Unpublished = log.Size - log.LatestCheckpoint.Checkpoint.Size };
        }

        // The public tree; the journal has a capacity of its own (FileSystemSinkOptions.JournalCapacity).
        return sample with { BytesPerEntry = (double)DiskUse.Of(Path.Combine(directory, "tile")) / log.LatestCheckpoint.Checkpoint.Size };
    }
}
