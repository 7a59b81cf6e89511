using System.Security.Cryptography;
using System.Text;
using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// Remembers the last published checkpoint of each log in a small file, kept apart from the log: beside the key. A log that
/// is put back to an earlier state, or taken away, is then noticed when it is opened (LOG.md L18).
/// </summary>
/// <remarks>Thread-safe for different logs; one log is observed by one writer at a time.</remarks>
public sealed class CheckpointFileObserver : ICheckpointObserver
{
    private readonly IFileOperations _files;
    private readonly string _directory;
    private readonly DurableWriter _writer;
    private readonly Lock _gate = new();
    private bool _isMade;

    /// <summary>Names the directory, which is created when the first checkpoint is remembered. It must not be the log's own.</summary>
    /// <exception cref="ArgumentException">The directory is blank.</exception>
    public CheckpointFileObserver(string directory)
        : this(directory, FileOperations.Instance)
    {
    }

    internal CheckpointFileObserver(string directory, IFileOperations files)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        _files = files;
        _directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        _writer = new DurableWriter(files, _directory);
    }

    /// <summary>The file in which the checkpoints of a log are remembered.</summary>
    public string PathFor(string origin) => Path.Combine(_directory, FileName(origin));

    /// <inheritdoc/>
    public ValueTask<SignedCheckpoint?> LatestAsync(string origin, CancellationToken cancellationToken = default)
    {
        var path = PathFor(origin);
        try
        {
            using var file = _files.Open(path, FileMode.Open, FileAccess.Read);
            var bytes = new byte[Math.Min(file.Length, SignedNote.MaxLength + 1)];
            var length = file.Read(bytes, 0);
            return new(SignedCheckpoint.Parse(bytes.AsMemory(0, length)));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new((SignedCheckpoint?)null); // That, and nothing else, says that none was ever remembered.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AuditFormatException)
        {
            throw new AuditLogUnreadableException(
                $"The remembered checkpoint '{path}' cannot be read: {e.Message} Without it nobody can tell whether the log was put back; restore the file.", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask ObserveAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var origin = checkpoint.Checkpoint.Origin;
        if (await LatestAsync(origin, cancellationToken).ConfigureAwait(false) is { Checkpoint: var earlier })
        {
            if (checkpoint.Checkpoint.Size < earlier.Size
                || (checkpoint.Checkpoint.Size == earlier.Size && checkpoint.Checkpoint.Root != earlier.Root))
            {
                throw new AuditLogRollbackException(
                    $"A checkpoint of size {earlier.Size} of the log '{Printable.Of(origin)}' is remembered in '{PathFor(origin)}'; one of "
                    + $"size {checkpoint.Checkpoint.Size} with the root {checkpoint.Checkpoint.Root} does not replace it.");
            }

            if (checkpoint.Checkpoint.Size == earlier.Size)
            {
                return;
            }
        }

        try
        {
            lock (_gate)
            {
                if (!_isMade || !_files.DirectoryExists(_directory))
                {
                    DurableWriter.CreateDirectory(_files, _directory);
                    _isMade = true;
                }

                _writer.Write([new DurableWriter.NewFile(FileName(origin), checkpoint.Note.Bytes, Sealed: false)]);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AuditLogUnreadableException($"The checkpoint could not be remembered in '{PathFor(origin)}': {e.Message}", e);
        }
    }

    /// <summary>An origin may hold what a file name cannot; its hash tells logs apart.</summary>
    private static string FileName(string origin) =>
        $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)).AsSpan(0, 8))}.checkpoint";
}
