using System.Security.Cryptography;
using ImmutableAudit.Benchmarks.Measuring;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>The textbook's hash chain: each entry followed by the hash over it and the hash before, appended to a file and flushed.</summary>
internal sealed class HashChainSubject : ISubject
{
    public string Name => "hash-chain";

    public string NotDone => "No signature, no proof shorter than the log, one writer, no recovery after a crash; whoever can write can chain it anew.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        using var file = File.OpenHandle(Path.Combine(workload.Directory, "chain"), FileMode.CreateNew, FileAccess.Write);

        // In front the hash before, then the entry: what is hashed. Then the entry's hash: what is written.
        var buffer = new byte[SHA256.HashSizeInBytes + BenchmarkEntry.Length + SHA256.HashSizeInBytes];
        BenchmarkEntry.Bytes.CopyTo(buffer, SHA256.HashSizeInBytes);
        var position = 0L;
        var sample = await TurnLoop.RunAsync(workload, 1, () =>
        {
            var hash = buffer.AsSpan(SHA256.HashSizeInBytes + BenchmarkEntry.Length);
            SHA256.HashData(buffer.AsSpan(0, SHA256.HashSizeInBytes + BenchmarkEntry.Length), hash);
            var record = buffer.AsSpan(SHA256.HashSizeInBytes);
            RandomAccess.Write(file, record, position);
            RandomAccess.FlushToDisk(file);
            position += record.Length;
            hash.CopyTo(buffer);
        });
        return sample with { BytesPerEntry = BenchmarkEntry.Length + SHA256.HashSizeInBytes };
    }
}
