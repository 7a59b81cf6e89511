using ImmutableAudit.Checkpoints;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// The directory that a log is exported to: whether it may be written to, what is there, and what was begun, of which a note is
/// kept from before the first file until the next export.
/// </summary>
internal sealed class ExportTarget : IDisposable
{
    /// <summary>Holds the lock, and the checkpoint of what was begun.</summary>
    public const string PrivateDirectory = ".export";

    private const string BegunFile = PrivateDirectory + "/" + LogFiles.CheckpointPath;

    private readonly string _directory;
    private readonly LogFiles _files;
    private readonly WriterLock _lock;
    private readonly FlushThreads _flushing = new();

    private ExportTarget(IFileOperations files, string directory, LogFiles reader, WriterLock held)
    {
        _directory = directory;
        _files = reader;
        _lock = held;
        Writer = new DurableWriter(files, directory, _flushing);
    }

    /// <summary>Writes to it.</summary>
    public DurableWriter Writer { get; }

    /// <summary>The checkpoint of the finished export.</summary>
    public SignedCheckpoint? Published { get; private set; }

    /// <summary>The checkpoint of the export that was begun last, finished or not.</summary>
    public SignedCheckpoint? Begun { get; private set; }

    /// <summary>Whether there are any tiles.</summary>
    public bool HasTiles => Directory.Exists(Path.Combine(_directory, "tile"));

    /// <summary>Refuses a directory that holds anything but an export of this log, and keeps others out of it.</summary>
    public static async ValueTask<ExportTarget> ClaimAsync(
        IFileOperations files, string directory, string origin, CancellationToken cancellationToken)
    {
        // Before anything is changed; and again, since others may have been there before the lock was taken.
        var reader = new LogFiles(new DirectoryFileSource(directory));
        await InspectAsync(reader, directory, origin, cancellationToken).ConfigureAwait(false);
        var held = Lock(files, directory);
        try
        {
            var target = new ExportTarget(files, directory, reader, held);
            (target.Published, target.Begun) =
                await InspectAsync(reader, directory, origin, cancellationToken).ConfigureAwait(false);
            return target;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>An entry bundle that is there already, unverified.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(EntryBundleCoordinate bundle, CancellationToken cancellationToken)
    {
        try
        {
            return await _files.ReadEntryBundleAsync(bundle, cancellationToken).ConfigureAwait(false);
        }
        catch (AuditFormatException)
        {
            return null; // Replaced.
        }
    }

    /// <summary>Keeps a note of what is begun: a directory with tiles and without a checkpoint can be told from other remains by it.</summary>
    public void Begin(SignedCheckpoint checkpoint) =>
        Writer.Write([new DurableWriter.NewFile(BegunFile, checkpoint.Bytes, Sealed: false)]);

    public void Publish(SignedCheckpoint checkpoint) =>
        Writer.Write([new DurableWriter.NewFile(LogFiles.CheckpointPath, checkpoint.Bytes, Sealed: false)]);

    public void Dispose()
    {
        _flushing.Dispose();
        _lock.Dispose();
    }

    private static WriterLock Lock(IFileOperations files, string directory)
    {
        var path = Path.Combine(directory, PrivateDirectory);
        DurableWriter.CreateDirectory(files, path);
        try
        {
            return WriterLock.Take(path, TimeProvider.System);
        }
        catch (AuditLogLockedException e)
        {
            throw new AuditLogLockedException($"Another export writes to '{directory}'. Let it end, or stop it; this one can then go on.", e);
        }
    }

    private static async ValueTask<(SignedCheckpoint? Published, SignedCheckpoint? Begun)> InspectAsync(
        LogFiles reader, string directory, string origin, CancellationToken cancellationToken)
    {
        if (File.Exists(directory))
        {
            throw new AuditLogMismatchException($"'{directory}' is a file. Name a directory to export to.");
        }

        if (Directory.Exists(Path.Combine(directory, FileSystemSink.PrivateDirectory)))
        {
            throw new AuditLogMismatchException(
                $"The directory '{directory}' holds a log with its writer's journal. Nothing was changed. Export to a directory of its own.");
        }

        var published = Parse(await reader.ReadCheckpointAsync(cancellationToken).ConfigureAwait(false), directory, origin);
        var begun = Parse(
            await new LogFiles(new DirectoryFileSource(Path.Combine(directory, PrivateDirectory))).ReadCheckpointAsync(cancellationToken).ConfigureAwait(false),
            directory,
            origin);
        if (published is null && begun is null && Directory.Exists(directory)
            && Directory.EnumerateFileSystemEntries(directory).FirstOrDefault(entry => Path.GetFileName(entry) != PrivateDirectory) is { } other)
        {
            throw new AuditLogMismatchException(
                $"The directory '{directory}' is not empty, and no export: it holds '{Printable.Of(Path.GetFileName(other))}', but no checkpoint. "
                + "Nothing was changed. Name an empty directory.");
        }

        return (published, begun);
    }

    private static SignedCheckpoint? Parse(ReadOnlyMemory<byte>? note, string directory, string origin)
    {
        if (note is not { } bytes)
        {
            return null;
        }

        if (!SignedCheckpoint.TryParse(bytes, out var checkpoint))
        {
            throw new AuditLogMismatchException(
                $"The directory '{directory}' holds a checkpoint that cannot be read. Nothing was changed. Name an empty directory.");
        }

        return checkpoint.Checkpoint.Origin == origin
            ? checkpoint
            : throw new AuditLogMismatchException(
                $"The directory '{directory}' holds the log '{Printable.Of(checkpoint.Checkpoint.Origin)}', not '{Printable.Of(origin)}'. "
                + "Nothing was changed. Export each log to a directory of its own.");
    }
}
