using ImmutableAudit.Tiles;
using Microsoft.Extensions.Logging;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>Removes partial files whose full file is durable (LOG.md L14). Used by one thread at a time.</summary>
internal sealed partial class PartialSweeper(IFileOperations files, string directory, ILogger logger)
{
    private readonly SortedSet<long> _sizes = [];

    /// <summary>Partial files of a size are about to be written; it may not come to be published.</summary>
    public void Written(long size) => _sizes.Add(size);

    /// <summary>
    /// Removes those that became full, once a size is published: on each level no tile can have any but those at the edges of the
    /// sizes that were written, and of the one before.
    /// </summary>
    public void Sweep(long before, long published)
    {
        foreach (var size in _sizes.Append(before))
        {
            SweepFull(size, published);
        }

        _sizes.RemoveWhere(size => size <= published);
    }

    private void SweepFull(long before, long published)
    {
        for (var level = 0; level <= TileCoordinate.MaxLevel; level++)
        {
            var edge = before >> (8 * (level + 1));
            if (edge < published >> (8 * (level + 1)))
            {
                DeletePartials(level, edge);
            }
        }
    }

    /// <summary>The same at opening, where the former size is not known: the last full tile of each level.</summary>
    public void SweepEdge(long published)
    {
        for (var level = 0; level <= TileCoordinate.MaxLevel && published >> (8 * (level + 1)) > 0; level++)
        {
            DeletePartials(level, (published >> (8 * (level + 1))) - 1);
        }
    }

    private void DeletePartials(int level, long index)
    {
        Delete(new TileCoordinate(level, index).Path);
        if (level == 0)
        {
            Delete(new EntryBundleCoordinate(index).Path);
        }
    }

    private void Delete(string fullPath)
    {
        var path = Path.Combine(directory, fullPath.Replace('/', Path.DirectorySeparatorChar) + ".p");
        try
        {
            if (files.DirectoryExists(path))
            {
                files.DeleteDirectory(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotSwept(logger, path, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The partial files in {Path} could not be removed; they do no harm and stay")]
    private static partial void LogNotSwept(ILogger logger, string path, Exception exception);
}
