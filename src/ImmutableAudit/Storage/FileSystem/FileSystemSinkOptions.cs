namespace ImmutableAudit.Storage.FileSystem;

/// <summary>How a <see cref="FileSystemSink"/> keeps its journal.</summary>
public sealed class FileSystemSinkOptions
{
    /// <summary>Smallest <see cref="JournalCapacity"/>: 1 MiB.</summary>
    public const long MinJournalCapacity = 1024 * 1024;

    /// <summary>
    /// Directory of the journal: what is committed but not yet published. By default <c>journal</c> inside the log's
    /// directory. It must be the log's own, on storage that keeps what it was told to flush. The writer's lock stays with the log. Relative
    /// paths are taken from the directory that is the current one when the sink is made.
    /// </summary>
    public string? JournalPath { get; set; }

    /// <summary>
    /// Bytes that the journal may take before appending waits for publication; at least 1 MiB, by default 1 GiB. It comes
    /// near that only when the log cannot be published, as when a signing service is down. A commit takes whole pages of
    /// 4 KiB, also one of a single entry. While a log is opened, what is not published is written anew before the old goes: for that moment, the disk
    /// needs room for it twice.
    /// </summary>
    public long JournalCapacity { get; set; } = 1024L * 1024 * 1024;

    /// <summary>
    /// When a commit counts as done; by default when it is flushed. Where it is buffered, the journal is flushed every few MiB and
    /// before anything of it is published: once in <see cref="AuditLogOptions.CheckpointInterval"/>, or later where publishing is held
    /// up, as by a signing service that does not answer.
    /// </summary>
    public CommitDurability Durability { get; set; }

    /// <summary>A sink's own: nobody changes them, and the path is a whole one.</summary>
    internal static FileSystemSinkOptions CopyOf(FileSystemSinkOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.JournalCapacity, MinJournalCapacity, nameof(options));
        return new FileSystemSinkOptions
        {
            JournalPath = options.JournalPath is { } path ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) : null,
            JournalCapacity = options.JournalCapacity,
            Durability = Enum.IsDefined(options.Durability) ? options.Durability
                : throw new ArgumentOutOfRangeException(nameof(options), options.Durability, "The durability is neither Flushed nor Buffered."),
        };
    }
}
