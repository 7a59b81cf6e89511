namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// Writes a copy of a published log, wherever that lies, into a directory in the format of C2SP tlog-tiles: file by file what
/// <see cref="FileSystemSink"/> would have there for the same checkpoint. The copy is for reading: it verifies, and any web server can serve it.
/// </summary>
/// <remarks>
/// <para>The log is not trusted. Every entry bundle and every tile is shown to lead to the signed root <b>before</b> it is written, and the
/// checkpoint is written last: a directory without one is no finished copy. Tiles of the lowest level are made from the entries, not
/// read. What only verifying looks at, the order of times, is left to that.</para>
/// <para>An export that was interrupted, however it ended, goes on when it is called again: what was begun is finished, and then what
/// the log has come to meanwhile is added, as it is to a finished copy. A log that does not extend what was exported, or begun, is refused.</para>
/// <para>What was begun, and the lock that keeps a second exporter out, lie in <c>.export</c>, which no reader needs. No writer opens
/// such a directory, and no writer's directory is exported to: a copy has no journal.</para>
/// </remarks>
public static class LogExport
{
    /// <summary>Writes a log as it is published now into a directory.</summary>
    /// <param name="log">The log: a directory, a URL, a sink, any source.</param>
    /// <param name="directory">The directory: empty or not there yet, or of an earlier export of this log.</param>
    /// <param name="options">Whom to trust, and how to go about it.</param>
    /// <param name="cancellationToken">Ends it early; called again, it goes on.</param>
    /// <returns>What the directory holds now.</returns>
    /// <exception cref="ArgumentException">The directory is blank, or an option is out of range.</exception>
    /// <exception cref="AuditSignatureException">The log's checkpoint, or that of the earlier export, is another log's, or not signed by a given key.</exception>
    /// <exception cref="AuditLogMismatchException">The directory holds something else: another log, a log with its writer's journal, other files.</exception>
    /// <exception cref="AuditLogRollbackException">The log does not extend what was exported, or begun to be: it is behind, or has another history.</exception>
    /// <exception cref="AuditLogCorruptException">An entry bundle or tile, which the message names, is not what was signed. No checkpoint was written.</exception>
    /// <exception cref="AuditFormatException">The checkpoint, a tile or an entry bundle is malformed, or missing. No checkpoint was written.</exception>
    /// <exception cref="AuditLogLockedException">Another export writes to the directory.</exception>
    /// <exception cref="AuditLogUnreadableException">Something could not be read, or there is no checkpoint and so no log.</exception>
    /// <exception cref="AuditLogException">The directory could not be written to.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Task<LogExportResult> ToDirectoryAsync(
        ILogReader log, string directory, LogExportOptions? options = null, CancellationToken cancellationToken = default) =>
        ToDirectoryAsync(log, directory, options, FileOperations.Instance, cancellationToken);

    internal static Task<LogExportResult> ToDirectoryAsync(
        ILogReader log, string directory, LogExportOptions? options, IFileOperations files, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        options ??= new LogExportOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxDegreeOfParallelism, 1, nameof(options));
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        return new Exporter(log, path, options, files).RunAsync(cancellationToken);
    }
}
