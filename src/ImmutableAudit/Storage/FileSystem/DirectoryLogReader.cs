using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// Reads a published log from a directory in the format of C2SP tlog-tiles: <c>checkpoint</c>, <c>tile/…</c>. It needs no
/// permission but reading, takes no lock and may run while the log is written.
/// </summary>
/// <remarks>Thread-safe. Reads block the calling thread for as long as the file system takes.</remarks>
public sealed class DirectoryLogReader : ILogReader, ILocalLog
{
    private readonly LogFiles _files;

    /// <summary>Reads the log in a directory; nothing but the directory's existence is looked at yet.</summary>
    /// <param name="directory">The log's directory: the one that holds <c>checkpoint</c>.</param>
    /// <exception cref="AuditLogUnreadableException">There is no such directory, or this is no path.</exception>
    public DirectoryLogReader(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (directory.Contains('\0', StringComparison.Ordinal))
        {
            throw new AuditLogUnreadableException($"'{Printable.Of(directory)}' is no directory: a path holds no null character.");
        }

        Directory = Path.GetFullPath(directory);
        if (!System.IO.Directory.Exists(Directory))
        {
            throw new AuditLogUnreadableException(
                File.Exists(Directory)
                    ? $"'{Directory}' is a file; a log is the directory that holds 'checkpoint' and 'tile'."
                    : $"There is no directory '{Directory}', or it may not be looked into.");
        }

        _files = new LogFiles(new DirectoryFileSource(Directory));
    }

    /// <summary>The directory's full path.</summary>
    public string Directory { get; }

    ILocalFiles? ILocalLog.Local => _files.Local;

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken = default) =>
        _files.ReadCheckpointAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileCoordinate tile, CancellationToken cancellationToken = default) =>
        _files.ReadTileAsync(tile, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadEntryBundleAsync(
        EntryBundleCoordinate bundle, CancellationToken cancellationToken = default) =>
        _files.ReadEntryBundleAsync(bundle, cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => Directory;
}
