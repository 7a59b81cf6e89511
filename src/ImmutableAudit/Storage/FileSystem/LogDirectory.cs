using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>Says of a directory whether a log may be written there.</summary>
/// <param name="files">The file system.</param>
/// <param name="directory">The log's directory.</param>
/// <param name="lockPath">Where its lock is, if it was ever written to.</param>
/// <param name="journal">Where its journal is.</param>
internal sealed class LogDirectory(IFileOperations files, string directory, string lockPath, string journal)
{
    /// <summary>It must hold this log, not as a copy for reading, or none. To be asked before anything is made in it.</summary>
    /// <param name="origin">The log's name.</param>
    /// <param name="published">The checkpoint that is there, if it can be read.</param>
    /// <exception cref="AuditLogMismatchException">It holds another, or a copy.</exception>
    /// <exception cref="AuditLogCorruptException">It holds this one without its journal.</exception>
    public void RefuseIfForeign(string origin, Checkpoint? published)
    {
        if (published is not null && published.Origin != origin)
        {
            throw new AuditLogMismatchException(
                $"The directory '{directory}' holds the log '{Printable.Of(published.Origin)}', not '{origin}'. "
                + "Nothing was changed. Give each log a directory of its own.");
        }

        if (files.DirectoryExists(Path.Combine(directory, ExportTarget.PrivateDirectory)))
        {
            throw new AuditLogMismatchException(
                $"The directory '{directory}' holds a copy that was exported for reading, and no journal. Nothing was changed. Open the log itself; "
                + "if that is lost, go on in a new log with another origin that names it as its predecessor.");
        }

        if (published is not null && !files.DirectoryExists(lockPath) && !files.DirectoryExists(journal))
        {
            throw JournalRecovery.Gone(journal, published.Size);
        }
    }

    /// <summary>It must not hold a log. Tiles that no checkpoint vouches for are the remains of a log whose checkpoint was taken away (LOG.md L18).</summary>
    /// <exception cref="AuditLogCorruptException">There are some.</exception>
    public void RefuseIfBegun()
    {
        if (files.DirectoryExists(Path.Combine(directory, "tile")))
        {
            throw new AuditLogCorruptException(
                $"The directory '{directory}' holds tiles but no checkpoint: it was a log, and its checkpoint was removed. Nothing was changed. Restore the file 'checkpoint', or name an empty directory.");
        }
    }
}
