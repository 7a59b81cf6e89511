using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Testing;

/// <summary>Reads all that a sink has, and holds it against what it must be.</summary>
internal static class Reading
{
    /// <summary>The checkpoint, and every tile and bundle of its size.</summary>
    public static async Task CheckPublishedAsync(this SinkRun run, IAuditSink sink, SignedCheckpoint expected)
    {
        SinkRun.Same(await sink.ReadCheckpointAsync(), expected.Bytes.ToArray(), $"The checkpoint of size {expected.Checkpoint.Size}");
        await CheckFilesAsync(sink, run.Log, expected.Checkpoint.Size);
    }

    public static async Task CheckFilesAsync(ILogReader sink, ModelLog log, long size)
    {
        foreach (var (level, index, width) in ModelLog.TilesOf(size))
        {
            await CheckTileAsync(sink, log, level, index, width);
            if (level == 0)
            {
                await CheckBundleAsync(sink, log, index, width);
            }
        }
    }

    public static async Task CheckTileAsync(ILogReader sink, ModelLog log, int level, int index, int width)
    {
        var tile = new TileCoordinate(level, index, width);
        SinkRun.Same(await sink.ReadTileAsync(tile), log.Tile(level, index, width), tile.Path);
    }

    public static async Task CheckBundleAsync(ILogReader sink, ModelLog log, int index, int width)
    {
        var bundle = new EntryBundleCoordinate(index, width);
        SinkRun.Same(await sink.ReadEntryBundleAsync(bundle), log.Bundle(index, width), bundle.Path);
    }

    /// <summary>Every committed entry, run by run, and nothing behind them.</summary>
    public static async Task CheckCommittedAsync(this SinkRun run, IAuditSink sink)
    {
        for (long at = 0; at < run.Log.Size;)
        {
            at = await CheckRunAsync(sink, run.Log, at, run.Log.Size);
        }

        SinkRun.Check(await sink.ReadCommittedAsync(run.Log.Size, CancellationToken.None) is null, $"Entry {run.Log.Size} can be read, though only {run.Log.Size} are committed.");
    }

    /// <summary>The run that holds an entry; the index behind it.</summary>
    public static async Task<long> CheckRunAsync(IAuditSink sink, ModelLog log, long index, long committed)
    {
        var found = await sink.ReadCommittedAsync(index, CancellationToken.None)
            ?? throw new BrokenSentenceException($"Entry {index} is committed, and cannot be read.");
        SinkRun.Check(
            found.Count >= 1 && found.FirstIndex >= 0 && found.FirstIndex <= index && index < found.FirstIndex + found.Count,
            $"The run that is to hold entry {index} holds {found.Count} from {found.FirstIndex} on.");
        SinkRun.Check(found.FirstIndex + found.Count <= committed, $"A run of {found.Count} entries from {found.FirstIndex} on was read, but {committed} are committed.");
        SinkRun.Same(found.Entries, ModelLog.Prefixed(log.Entries(found.FirstIndex, found.Count)), $"The run of {found.Count} entries from {found.FirstIndex} on");
        return found.FirstIndex + found.Count;
    }
}
