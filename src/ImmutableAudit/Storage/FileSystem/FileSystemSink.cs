using System.Text;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;
using Microsoft.Extensions.Logging;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// Stores a log in a directory, which is the public format itself (C2SP tlog-tiles): serve it with any static web server,
/// and any client of that format can verify it. Commits go to a journal that is flushed before they are acknowledged, unless
/// <see cref="FileSystemSinkOptions.Durability"/> says otherwise.
/// </summary>
/// <remarks>
/// <para>The directory belongs on a local file system: network file systems may neither lock nor flush as they are told.</para>
/// <para>One writer at a time, held by a lock of the operating system (LOG.md L17); any number of readers, in other
/// processes too, which need no lock.</para>
/// <para>Backup: copy the file <c>checkpoint</c> first, then the rest; such a copy verifies (L16). Who may read the directory is
/// the host's decision: it holds what the events hold.</para>
/// </remarks>
public sealed partial class FileSystemSink : IAuditSink, ILocalLog
{
    /// <summary>Holds the lock, and the journal unless that lies elsewhere.</summary>
    internal const string PrivateDirectory = "journal";

    private const string CheckpointFile = "checkpoint";

    private readonly IFileOperations _files;
    private readonly string _directory;
    private readonly FileSystemSinkOptions _options;
    private readonly LogDirectory _place;
    private readonly LogFiles _reader;
    private readonly FlushThreads _flushing = new();
    private readonly DurableWriter _writer;

    // Written by one thread at a time (see IAuditSink), read by any.
    private volatile Journal? _journal;
    private volatile SignedCheckpoint? _published;
    private SinkContext? _context;
    private PartialSweeper? _sweeper;
    private WriterLock? _lock;
    private WriterLock? _journalLock;
    private readonly CommittedHeads _committed = new();
    private readonly FileSystemCommit _commit;
    private RightEdge? _edge;

    /// <summary>The tree that is published, as this process knows it: whatever is on disk has to add up to it before it is gone on with.</summary>
    private CompactRange _tree = new();

    /// <summary>The tree of a checkpoint that may be published, or not.</summary>
    private CompactRange? _doubtfulTree;

    /// <summary>Names the directory. Nothing is touched before the log is opened.</summary>
    /// <param name="directory">The log's directory; created when the log is opened. Relative paths are taken from the current directory, now.</param>
    /// <param name="options">How to keep the journal, as it says now.</param>
    /// <exception cref="ArgumentException">The directory is blank, or an option is out of range.</exception>
    public FileSystemSink(string directory, FileSystemSinkOptions? options = null)
        : this(directory, options, FileOperations.Instance)
    {
    }

    internal FileSystemSink(string directory, FileSystemSinkOptions? options, IFileOperations files)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        _options = FileSystemSinkOptions.CopyOf(options ?? new FileSystemSinkOptions());
        _files = files;
        _directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        _place = new LogDirectory(files, _directory, LockPath, JournalPath);
        _reader = new LogFiles(new DirectoryFileSource(_directory));
        _writer = new DurableWriter(files, _directory, _flushing);
        _commit = new FileSystemCommit(_committed, () => Journal, JournalPath, () => _context!.TimeProvider.GetUtcNow());
    }

    /// <inheritdoc/>
    public bool IsDurable => true;

    /// <inheritdoc/>
    public bool IsShared => false;

    /// <inheritdoc/>
    public long CommittedSize => _committed.Size;

    ILocalFiles? ILocalLog.Local => _reader.Local;

    private Journal Journal => _journal ?? throw new InvalidOperationException("The sink is not open for writing.");

    private string LockPath => Path.Combine(_directory, PrivateDirectory);

    private string JournalPath => _options.JournalPath ?? LockPath;

    /// <inheritdoc/>
    public async ValueTask ClaimAsync(SinkContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_lock is not null)
        {
            throw new InvalidOperationException($"The sink of '{_directory}' is open already. Give each log a sink of its own.");
        }

        var note = await _reader.ReadCheckpointAsync(cancellationToken).ConfigureAwait(false);
        _place.RefuseIfForeign(context.Origin, note is { } bytes && SignedCheckpoint.TryParse(bytes, out var stored) ? stored.Checkpoint : null);
        try
        {
            DurableWriter.CreateDirectory(_files, LockPath);
            DurableWriter.CreateDirectory(_files, JournalPath);
            _lock = WriterLock.Take(LockPath, context.TimeProvider);

            // A copy of the log's directory would have a lock of its own, and write to the same journal.
            _journalLock = JournalPath == LockPath ? null : WriterLock.Take(JournalPath, context.TimeProvider);
            _context = context;
            _sweeper = new PartialSweeper(_files, _directory, context.Logger);
            if (_options.Durability == CommitDurability.Buffered)
            {
                LogBuffered(context.Logger, context.Origin);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AuditLogException(
                $"The directory '{_directory}' cannot be written to: {e.Message} Give the process's user the right to write there, or name another directory.", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<SinkRecovery> RecoverAsync(CompactRange? published, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_lock is null, this);
        long? superseded = null;
        if (published is null)
        {
            _place.RefuseIfBegun();
        }
        else
        {
            var note = await _reader.ReadCheckpointAsync(cancellationToken).ConfigureAwait(false)
                ?? throw new AuditLogCorruptException($"The checkpoint of '{_directory}' is gone.");

            // What is published may be more than the log was told, where that failed at the very end.
            var tree = published.Size >= _tree.Size ? published.Clone() : _tree;
            var found = Recognize(note, tree);
            if (_doubtfulTree is { } doubtful && IsOf(doubtful, found))
            {
                (tree, superseded) = (doubtful, _tree.Size);
            }

            _edge = await RightEdge.LoadAsync(this, tree, cancellationToken).ConfigureAwait(false);

            // A process that was killed may have renamed it without flushing the name, and recovery drops what it covers (LOG.md L12).
            _files.FlushDirectory(_directory);
            (_published, _tree, _doubtfulTree) = (found, tree, null);
        }

        _edge ??= await RightEdge.LoadAsync(this, _tree, cancellationToken).ConfigureAwait(false);
        var recovery = new JournalRecovery(
            new JournalDirectory(_files, JournalPath),
            TreeHasher.HashLeaf(Encoding.UTF8.GetBytes(_context!.Origin)),
            _options);
        try
        {
            var before = _journal; // Read until the new one is there.
            before?.Stop();

            // What is published, but not to the log's knowledge, it reads as what is not: from the journal, where that was not freed yet.
            var from = published is null || before?.Find(published.Size) is not null ? published?.Size : _tree.Size;
            (_journal, var found) = recovery.Run(from, before?.Known());
            before?.Dispose();
            _committed.Reset(found.Head);
            _sweeper!.SweepEdge(_tree.Size);
            if (superseded is { } size)
            {
                _sweeper.Sweep(size, _tree.Size);
            }

            return found;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AuditLogException($"The journal in '{JournalPath}' could not be recovered: {e.Message} Nothing is lost; mend the cause and open the log again.", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IAuditCommit> OpenCommitAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_lock is null, this);
        Journal.ThrowIfInDoubt();
        return new(_commit);
    }

    /// <inheritdoc/>
    public async ValueTask<CompactRange> IntegrateAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_lock is null, this);
        if (_edge is null)
        {
            Journal.Flush(); // Whatever keeps the tiles from being read.
        }

        var edge = _edge ?? await RightEdge.LoadAsync(this, _tree, cancellationToken).ConfigureAwait(false);
        _edge = null; // Not to be gone on with after a failure: it is loaded again.
        var target = _committed.NextBehind(edge.Size);
        Journal.Flush();
        Integrate(edge, target);
        edge.WriteFull(_writer);
        _edge = edge;
        return edge.ToCompactRange();
    }

    /// <inheritdoc/>
    public async ValueTask<SignedCheckpoint?> PublishAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ObjectDisposedException.ThrowIf(_lock is null, this);
        if (_doubtfulTree is { } doubtful && await _reader.ReadCheckpointAsync(cancellationToken).ConfigureAwait(false) is { } bytes)
        {
            // A rename that was reported as failed may have happened. What readers may have seen is not signed anew (LOG.md L22).
            var found = Recognize(bytes, _tree);
            _files.FlushDirectory(_directory);
            if (IsOf(doubtful, found))
            {
                Adopt(found, doubtful);
            }

            _doubtfulTree = null;
        }

        if (_published is { } current && current.Checkpoint.Size >= checkpoint.Checkpoint.Size)
        {
            Journal.Free(current.Checkpoint.Size);
            return current;
        }

        if (_edge?.Size != checkpoint.Checkpoint.Size)
        {
            return null;
        }

        _sweeper!.Written(_edge.Size);
        _writer.Write(_edge.Partials());
        _doubtfulTree = _edge.ToCompactRange();
        _writer.Write([new DurableWriter.NewFile(CheckpointFile, checkpoint.Note.Bytes, Sealed: false)]);
        var tree = _doubtfulTree;
        _doubtfulTree = null;
        Adopt(checkpoint, tree);
        return checkpoint;
    }

    /// <inheritdoc/>
    public async ValueTask<CommittedEntries?> ReadCommittedAsync(long index, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (index >= CommittedSize)
        {
            return null;
        }

        for (var journal = _journal; ; journal = _journal)
        {
            try
            {
                if (journal?.Find(index) is { } commit)
                {
                    return new CommittedEntries(commit.FirstIndex, commit.Header.Count, commit.ReadEntries());
                }

                break;
            }
            catch (ObjectDisposedException) when (ReferenceEquals(journal, _journal))
            {
                break; // Published meanwhile: the segment is gone, and the bundle is there.
            }
            catch (ObjectDisposedException)
            {
                // Recovered meanwhile: the entry lies in another segment.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new AuditLogUnreadableException($"Entry {index} cannot be read from the journal in '{JournalPath}': {e.Message}", e);
            }
        }

        var published = _published?.Checkpoint.Size ?? 0;
        if (index >= published)
        {
            throw new AuditLogUnreadableException($"Entry {index} of '{_directory}' is not published yet, and the log is closed. Open it again to read on.");
        }

        var coordinate = EntryBundleCoordinate.Holding(index, published);
        var bundle = await _reader.ReadEntryBundleAsync(coordinate, cancellationToken).ConfigureAwait(false)
            ?? throw new AuditLogUnreadableException($"The entry bundle '{coordinate.Path}' is gone from '{_directory}'. Verify the log.");
        return new CommittedEntries(coordinate.FirstEntry, coordinate.Width, bundle);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken = default) =>
        _reader.ReadCheckpointAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileCoordinate tile, CancellationToken cancellationToken = default) =>
        _reader.ReadTileAsync(tile, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadEntryBundleAsync(EntryBundleCoordinate bundle, CancellationToken cancellationToken = default) =>
        _reader.ReadEntryBundleAsync(bundle, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        try
        {
            using (_journal)
            {
                if (_lock is not null)
                {
                    _journal?.Flush();
                }
            }
        }
        finally
        {
            _flushing.Dispose();
            _journalLock?.Dispose();
            _lock?.Dispose();
            _journalLock = _lock = null;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Takes committed entries up to a size, at least, from the journal into tiles and bundles: those that were committed, and no others.</summary>
    private void Integrate(RightEdge edge, long size)
    {
        using var reader = new CommitReader();
        while (edge.Size < size)
        {
            var commit = Journal.Find(edge.Size) is { } found && found.FirstIndex == edge.Size
                ? found
                : throw new AuditLogCorruptException($"The journal in '{JournalPath}' does not hold entry {edge.Size}, which was committed.");
            if (!reader.TryRead(commit))
            {
                throw new AuditLogCorruptException(
                    $"The journal in '{JournalPath}' was changed on disk: its entries {commit.FirstIndex} to {commit.EndIndex - 1} are not those that were committed. They are not signed.");
            }

            edge.Append(reader.Entries, reader.Leaves);
            if (edge.HasGroup)
            {
                edge.WriteFull(_writer);
            }
        }
    }

    /// <summary>The checkpoint on disk, where it is of the published tree, or of the one that may be.</summary>
    private SignedCheckpoint Recognize(ReadOnlyMemory<byte> note, CompactRange tree) =>
        SignedCheckpoint.TryParse(note, out var found) && (IsOf(tree, found) || (_doubtfulTree is { } doubtful && IsOf(doubtful, found)))
            ? found
            : throw new AuditLogCorruptException(
                $"The checkpoint of '{_directory}' is neither the one that was published nor one that was to be: it was changed. Verify the log, and restore the file.");

    private static bool IsOf(CompactRange tree, SignedCheckpoint checkpoint) =>
        checkpoint.Checkpoint.Size == tree.Size && checkpoint.Checkpoint.Root == tree.Root();

    /// <summary>Takes a durable checkpoint for the published one: what it covers is needed in no other form any more.</summary>
    private void Adopt(SignedCheckpoint checkpoint, CompactRange tree)
    {
        var before = _tree.Size;
        (_published, _tree) = (checkpoint, tree);
        Journal.Free(checkpoint.Checkpoint.Size);
        _sweeper!.Sweep(before, checkpoint.Checkpoint.Size);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Commits of the audit log {Origin} are buffered: a power failure may take back what was acknowledged since the journal was last flushed")]
    private static partial void LogBuffered(ILogger logger, string origin);
}
