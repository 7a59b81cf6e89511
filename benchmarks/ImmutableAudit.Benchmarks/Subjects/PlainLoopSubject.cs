using System.Security.Cryptography;
using ImmutableAudit.Benchmarks.Measuring;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>The floor of appending without pause: a plain loop that writes and flushes the same files, one after the other.</summary>
internal sealed class PlainLoopSubject : ISubject
{
    public string Name => "floor";

    public string NotDone => "Writes and flushes the same files (journal, bundles, tiles) in a plain loop: no encoding, hashing, hand-off, signature, crash safety.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        using var journal = new ZeroFilledFile(Path.Combine(workload.Directory, "journal"));
        var record = RandomNumberGenerator.GetBytes(ZeroFilledFile.RecordLength(workload.Producers * BenchmarkEntry.StoredLength));
        var files = new Files(workload.Directory);
        return await TurnLoop.RunAsync(workload, workload.Producers, () =>
        {
            journal.Append(record);
            files.Append(workload.Producers);
        });
    }

    private sealed class Files(string directory)
    {
        private const int Width = TileCoordinate.FullWidth;

        private readonly byte[] _bundle = RandomNumberGenerator.GetBytes(Width * BenchmarkEntry.StoredLength);
        private readonly byte[] _tile = RandomNumberGenerator.GetBytes(Width * MerkleHash.Size);
        private long _size;

        public void Append(int entries)
        {
            for (var before = _size; before / Width < (_size = before + entries) / Width; before += Width, entries -= Width)
            {
                var index = before / Width;
                Write(new EntryBundleCoordinate(index).Path, _bundle);
                Write(new TileCoordinate(0, index).Path, _tile);
                if ((index + 1) % Width == 0)
                {
                    Write(new TileCoordinate(1, index / Width).Path, _tile);
                }
            }
        }

        private void Write(string path, byte[] bytes)
        {
            var file = Path.Combine(directory, path);
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using var output = File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write);
            RandomAccess.Write(output, bytes, 0);
            RandomAccess.FlushToDisk(output);
        }
    }
}
