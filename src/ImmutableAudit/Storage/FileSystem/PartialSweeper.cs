using ImmutableAudit.Tiles;
using Microsoft.Extensions.Logging;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>Removes partial files whose full file is durable (LOG.md L14).</summary>
internal sealed partial class PartialSweeper(IFileOperations files, string directory, ILogger logger)
{
    /// <summary>Removes those that became full between two published sizes.</summary>
    public void Sweep(long before, long published)
    {
        for (var level = 0; level <= TileCoordinate.MaxLevel; level++)
        {
            var full = published >> (8 * (level + 1));
            for (var index = before >> (8 * (level + 1)); index < full; index++)
            {
                Delete(new TileCoordinate(level, index).Path);
                if (level == 0)
                {
                    Delete(new EntryBundleCoordinate(index).Path);
                }
            }
        }
    }

    /// <summary>The same at opening, where only the right edge can have been left unswept.</summary>
    public void SweepEdge(long published) => Sweep(Math.Max(0, published - (2 * TileCoordinate.FullWidth)), published);

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
