using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Support;

/// <summary>The files of a log in memory, for tests that change a copy many times over, and a count of what was read.</summary>
internal sealed class MemoryLogReader : ILogFileSource, ILogReader
{
    private readonly LogFiles _files;
    private readonly List<string> _reads = [];

    public MemoryLogReader(TestLog log, params TestKey[] keys)
        : this(log.Tiles().Append(("checkpoint", log.Checkpoint(keys))))
    {
    }

    public MemoryLogReader(IEnumerable<(string Path, byte[] Bytes)> files)
    {
        _files = new LogFiles(this);
        Files = files.ToDictionary(file => file.Path, file => file.Bytes, StringComparer.Ordinal);
    }

    public Dictionary<string, byte[]> Files { get; }

    public IReadOnlyList<string> Reads
    {
        get
        {
            lock (_reads)
            {
                return [.. _reads];
            }
        }
    }

    /// <summary>Runs before each read; may throw.</summary>
    public Action<string>? BeforeRead { get; set; }

    public ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken = default) =>
        _files.ReadCheckpointAsync(cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileCoordinate tile, CancellationToken cancellationToken = default) =>
        _files.ReadTileAsync(tile, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadEntryBundleAsync(
        EntryBundleCoordinate bundle, CancellationToken cancellationToken = default) =>
        _files.ReadEntryBundleAsync(bundle, cancellationToken);

    ValueTask<ReadOnlyMemory<byte>?> ILogFileSource.ReadAsync(string path, int atMost, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        BeforeRead?.Invoke(path);
        lock (_reads)
        {
            _reads.Add(path);
        }

        return ValueTask.FromResult<ReadOnlyMemory<byte>?>(
            Files.TryGetValue(path, out var bytes) ? bytes.AsMemory(0, Math.Min(bytes.Length, atMost)) : default(ReadOnlyMemory<byte>?));
    }

    string ILogFileSource.Locate(string path) => path;
}
