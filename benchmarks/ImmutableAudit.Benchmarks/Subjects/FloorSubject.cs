using System.Security.Cryptography;
using ImmutableAudit.Benchmarks.Measuring;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>
/// The physical limit: the journal's bytes, written and flushed in a file that does not grow. What all producers would have
/// waiting goes into one write.
/// </summary>
internal sealed class FloorSubject : ISubject
{
    public string Name => "floor";

    public string NotDone => "Writes and flushes the same bytes, nothing else: no encoding, hashing, hand-off between threads, tree, signature, files to read.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        using var file = new ZeroFilledFile(Path.Combine(workload.Directory, "floor"));
        var record = RandomNumberGenerator.GetBytes(ZeroFilledFile.RecordLength(workload.Producers * BenchmarkEntry.StoredLength));
        return await TurnLoop.RunAsync(workload, workload.Producers, () => file.Append(record));
    }
}
