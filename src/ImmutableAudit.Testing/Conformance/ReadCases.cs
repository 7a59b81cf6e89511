using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Testing;

/// <summary>Reading: each byte is that of C2SP tlog-tiles.</summary>
internal static class ReadCases
{
    private const string Tile = "ILogReader.ReadTileAsync";
    private const string Bundle = "ILogReader.ReadEntryBundleAsync";
    private const string Committed = "IAuditSink.ReadCommittedAsync";

    public static IEnumerable<SinkConformanceCase> All { get; } =
    [
        new("Reading: every file of a log of 0, 1, 255, 256 and 257 entries", Tile, "Exactly 32 · Width bytes, or null where neither file is there.", SmallAsync),
        new("Reading: every file of a log of 70,000 entries", Bundle, "The bundle's bytes, unparsed: at most Width · 65,537; or null where neither file is there.", LargeAsync),
        new("Reading: the checkpoint", "ILogReader.ReadCheckpointAsync", "Reads the newest published checkpoint: a signed note, verbatim and unverified.", CheckpointAsync),
        new("Reading: no checkpoint", "ILogReader.ReadCheckpointAsync", "The note's bytes, at most MaxLength, or null where there is no checkpoint.", NoCheckpointAsync),
        new("Reading: what is not there", Tile, "Exactly 32 · Width bytes, or null where neither file is there.", MissingAsync),
        new("Reading: a partial tile that has become full", Tile, "Reads a tile. Where a partial tile is gone because its full tile exists, its first hashes are taken from that.", PartialAsync),
        new(
            "Reading: a partial bundle that has become full", Bundle,
            "Reads an entry bundle. Where a partial bundle is gone because its full bundle exists, its first entries are taken from that.", PartialAsync),
        new("Reading: committed entries, published or not", Committed, "Reads committed entries, published or not, as many as lie together.", CommittedAsync),
        new("Reading: committed entries, from any index on", Committed, "A run that holds the entry at index, or null where it is not committed yet.", EachAsync),
        new("Reading: before recovery", "IAuditSink", "The reads may come from any thread at any moment between claiming and disposing.", UnrecoveredAsync),
        new("Reading: while others commit and publish", "IAuditSink", "The reads may come from any thread at any moment between claiming and disposing.", AtWorkAsync),
        new("Reading: from many threads", "ILogReader", "Implementations are thread-safe.", AtWorkAsync),
        new(
            "Reading: committing beside integrating and publishing", "IAuditSink",
            "One commit is open at a time; integrating and publishing run beside it on another thread, one at a time, never together with recovering.", AtWorkAsync),
    ];

    private static async Task SmallAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        foreach (var size in new[] { 0, 1, 255, 256, 257 })
        {
            if (size > 0)
            {
                await run.CommitAsync(sink, size - run.Log.Size);
                await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
            }

            SinkRun.Check(await SinkRun.PublishedSizeAsync(sink) == size, $"The checkpoint is not of size {size}.");
            await run.CheckCommittedAsync(sink);
        }
    }

    private static async Task LargeAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        var log = ModelLog.Large;
        while (run.Log.Size < log.Size)
        {
            await run.CommitAsync(sink, log.Entries(run.Log.Size, 7_000));
        }

        var published = await run.PublishAsync(sink);
        await run.CheckPublishedAsync(sink, published);
        foreach (var (level, index, width) in new[] { (0, 0, 1), (0, 255, 17), (0, 272, 255), (1, 0, 255) })
        {
            await Reading.CheckTileAsync(sink, log, level, index, width);
        }

        foreach (var index in new long[] { 0, 255, 256, 65_535, 65_536, 69_999 })
        {
            await Reading.CheckRunAsync(sink, log, index, log.Size);
        }

        sink = await run.ReopenAsync(sink);
        await run.CommitAsync(sink, 1);
    }

    private static async Task CheckpointAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        for (var times = 0; times < 3; times++)
        {
            await run.CommitAsync(sink, 1);
            var published = await run.PublishAsync(sink);
            for (var reads = 0; reads < 2; reads++)
            {
                var note = await sink.ReadCheckpointAsync();
                SinkRun.Same(note, published.Bytes.ToArray(), "The checkpoint");
                SinkRun.Check(note!.Value.Length <= SignedNote.MaxLength, "The checkpoint is longer than a note may be.");
            }
        }
    }

    private static async Task NoCheckpointAsync(SinkRun run)
    {
        var sink = run.Create();
        await run.ClaimAsync(sink);
        SinkRun.Check(await sink.ReadCheckpointAsync() is null, "There is a checkpoint before anything is published.");
        await sink.RecoverAsync(null, CancellationToken.None);
        SinkRun.Check(await sink.ReadCheckpointAsync() is null, "There is a checkpoint before anything is published.");
        await run.CommitAsync(sink, 1);
        await sink.IntegrateAsync(CancellationToken.None);
        SinkRun.Check(await sink.ReadCheckpointAsync() is null, "There is a checkpoint before anything is published.");
    }

    private static async Task MissingAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        foreach (var count in new[] { 0, 300 })
        {
            if (count > 0)
            {
                await run.CommitAsync(sink, count);
                await run.PublishAsync(sink);
            }

            foreach (var tile in new TileCoordinate[] { new(0, 1), new(0, 1, 45), new(0, 2, 1), new(1, 0, 2), new(1, 0), new(1, 1, 1), new(2, 0, 1), new(7, 0, 1), new(0, TileCoordinate.MaxIndex) })
            {
                SinkRun.Check(await sink.ReadTileAsync(tile) is null, $"{tile.Path} is there in a log of {count} entries.");
            }

            foreach (var bundle in new EntryBundleCoordinate[] { new(1), new(1, 45), new(2, 1), new(TileCoordinate.MaxIndex, 1) })
            {
                SinkRun.Check(await sink.ReadEntryBundleAsync(bundle) is null, $"{bundle.Path} is there in a log of {count} entries.");
            }

            foreach (var index in new long[] { count, count + 1, long.MaxValue })
            {
                SinkRun.Check(await sink.ReadCommittedAsync(index, CancellationToken.None) is null, $"Entry {index} is there in a log of {count} entries.");
            }
        }
    }

    private static async Task PartialAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 100);
        await run.PublishAsync(sink);
        await run.CommitAsync(sink, 400);
        await run.PublishAsync(sink);
        for (var times = 0; times < 2; times++)
        {
            foreach (var width in new[] { 1, 2, 100, 255, 256 })
            {
                await Reading.CheckTileAsync(sink, run.Log, 0, 0, width);
                await Reading.CheckBundleAsync(sink, run.Log, 0, width);
            }

            sink = await run.ReopenAsync(sink);
        }
    }

    private static async Task CommittedAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        foreach (var count in new[] { 3, 300, 1, 256 })
        {
            await run.CommitAsync(sink, count);
            await run.CheckCommittedAsync(sink);
            await run.IntegrateAsync(sink);
            await run.CheckCommittedAsync(sink);
            if (count != 1)
            {
                await run.PublishAsync(sink);
                await run.CheckCommittedAsync(sink);
            }
        }
    }

    private static async Task EachAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 40);
        await run.PublishAsync(sink);
        await run.CommitAsync(sink, 30);
        await run.CommitAsync(sink, 1);
        for (var index = 0; index < run.Log.Size; index++)
        {
            await Reading.CheckRunAsync(sink, run.Log, index, run.Log.Size);
        }
    }

    private static async Task UnrecoveredAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 300);
        var published = await run.PublishAsync(sink);
        await run.CloseAsync(sink);
        var claimed = run.Create();
        await run.ClaimAsync(claimed);
        await run.CheckPublishedAsync(claimed, published);
    }

    /// <summary>A committing thread, a publishing one, and several that read whatever is there.</summary>
    private static async Task AtWorkAsync(SinkRun run)
    {
        const int Commits = 24;
        const int Batch = 25;
        var sink = await run.OpenAsync();
        var log = ModelLog.Of(Commits * Batch);
        long committed = 0;
        var committing = Task.Run(async () =>
        {
            for (var commits = 0; commits < Commits; commits++)
            {
                using var commit = await sink.OpenCommitAsync(CancellationToken.None);
                var first = commit.Head.Size;
                var outcome = await commit.CompleteAsync(SinkRun.BatchOf(commit, log.Entries(first, Batch)), CancellationToken.None);
                SinkRun.Check(outcome == CommitOutcome.Committed, $"A commit came to {outcome}.");
                Volatile.Write(ref committed, first + Batch);
            }
        });
        var publishing = Task.Run(async () =>
        {
            for (long published = 0; published < log.Size;)
            {
                var isEnded = committing.IsCompleted;
                var range = await sink.IntegrateAsync(CancellationToken.None);
                SinkRun.Check(range.Root() == log.Root(range.Size), $"The root that was integrated is not that of the first {range.Size} entries.");
                if (range.Size > published)
                {
                    var candidate = await SignedCheckpoint.SignAsync(new Checkpoint(SinkRun.Origin, range.Size, range.Root()), [run.Signer]);
                    var answer = await sink.PublishAsync(candidate, CancellationToken.None);
                    SinkRun.Check(answer == candidate, $"A new checkpoint of the size integrated, {range.Size}, was not published.");
                    published = range.Size;
                }
                else if (isEnded)
                {
                    await committing;
                    throw new BrokenSentenceException($"{range.Size} entries of {log.Size} are integrated and published, and integrating gets no further.");
                }
            }
        });
        var readers = Enumerable.Range(0, 3).Select(reader => Task.Run(async () =>
        {
            for (long seen = 0; !publishing.IsCompleted;)
            {
                var before = Volatile.Read(ref committed);
                SinkRun.Check(sink.CommittedSize >= before, $"CommittedSize is {sink.CommittedSize} after {before} entries were committed.");
                var checkpoint = SignedCheckpoint.Parse((await sink.ReadCheckpointAsync()) ?? throw new BrokenSentenceException("The checkpoint is gone."));
                var size = checkpoint.Checkpoint.Size;
                SinkRun.Check(size >= seen, $"The checkpoint went back from size {seen} to {size}.");
                SinkRun.Check(checkpoint.Checkpoint.Root == log.Root(size), $"The checkpoint of size {size} has another root.");
                await Reading.CheckFilesAsync(sink, log, size);
                for (var at = reader; at < before; at += 97)
                {
                    await Reading.CheckRunAsync(sink, log, at, log.Size);
                }

                seen = size;
            }
        })).ToArray();
        await Task.WhenAll([committing, publishing, .. readers]);
        run.Committed(log.Entries(0, log.Size));
        await run.CheckCommittedAsync(sink);
        sink = await run.ReopenAsync(sink);
        await Reading.CheckFilesAsync(sink, log, log.Size);
    }
}
