using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Testing;

/// <summary>What an exception means, and that being cancelled leaves nothing half done.</summary>
internal static class FailureCases
{
    private const string Complete = "IAuditCommit.CompleteAsync";

    public static IEnumerable<SinkConformanceCase> All { get; } =
    [
        new("Failure: completing a commit", Complete, "Anything else leaves the outcome unknown: the batch is there whole or not at all.", CompletingAsync),
        new("Failure: completing a commit, before anything was written", Complete, "It failed before anything was written; the sink stays usable.", CompletingAsync),
        new("Failure: opening a commit", "IAuditSink.OpenCommitAsync", "It failed, and nothing was written; the sink stays usable.", OpeningAsync),
        new("Failure: integrating", "IAuditSink.IntegrateAsync", "May be called again after any failure.", IntegratingAsync),
        new("Failure: publishing", "IAuditSink.PublishAsync", "The checkpoint that is now published and durable: the given one, or one of at least its size that was there before.", PublishingAsync),
        new("Failure: reading", "ILogReader", "Each method throws AuditLogUnreadableException when it could not find out (no permission, broken connection, too much data)", ReadingAsync),
        new("Failure: reading what is committed", "IAuditSink.ReadCommittedAsync", "The entry could not be read.", ReadingAsync),
        new("Cancellation: before", "IAuditSink", "Cancellation may end a wait; it never leaves anything half done.", run => CancelledAsync(run, 0)),
        new("Cancellation: meanwhile", "IAuditSink", "Cancellation may end a wait; it never leaves anything half done.", run => CancelledAsync(run, 5)),
    ];

    private static async Task CompletingAsync(SinkRun run)
    {
        run.NeedsBreak();
        var sink = await run.OpenAsync();
        for (var times = 0; times < 3; times++)
        {
            await run.CommitAsync(sink, 3);
            var entries = run.Next(300, $"writer-{times}");
            Exception? failure;
            CommitOutcome? outcome = null;
            using (var commit = await sink.OpenCommitAsync(CancellationToken.None))
            {
                await run.Harness.BreakAsync();
                failure = await SinkRun.TryAsync(async () => outcome = await commit.CompleteAsync(SinkRun.BatchOf(commit, entries), CancellationToken.None));
            }

            await run.Harness.MendAsync();
            if (outcome == CommitOutcome.Committed)
            {
                run.Committed(entries);
            }
            else if (failure is not null and not AuditUnavailableException)
            {
                await FindOutAsync(run, sink, entries);
            }

            await run.CommitAsync(sink, 1); // On the head that is now known, with no more ado.
            await run.CheckCommittedAsync(sink);
        }

        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
        await run.CheckCommittedAsync(await run.ReopenAsync(sink));
    }

    private static async Task OpeningAsync(SinkRun run)
    {
        run.NeedsBreak();
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 3);
        await run.Harness.BreakAsync();
        var failure = await SinkRun.TryAsync(async () => (await sink.OpenCommitAsync(CancellationToken.None)).Dispose());
        await run.Harness.MendAsync();
        SinkRun.Check(failure is null or AuditUnavailableException, $"Opening a commit failed with {failure?.GetType().Name}, not AuditUnavailableException: {failure?.Message}");
        await run.CommitAsync(sink, 3);
        await run.CheckCommittedAsync(sink);
    }

    private static async Task IntegratingAsync(SinkRun run)
    {
        run.NeedsBreak();
        var sink = await run.OpenAsync();
        for (var times = 0; times < 2; times++)
        {
            await run.CommitAsync(sink, 600);
            await run.Harness.BreakAsync();
            await SinkRun.TryAsync(async () => await sink.IntegrateAsync(CancellationToken.None));
            await SinkRun.TryAsync(async () => await sink.IntegrateAsync(CancellationToken.None));
            await run.Harness.MendAsync();
            await run.CommitAsync(sink, 1);
            await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
        }

        await run.CheckCommittedAsync(sink);
    }

    private static async Task PublishingAsync(SinkRun run)
    {
        run.NeedsBreak();
        var sink = await run.OpenAsync();
        for (var times = 0; times < 2; times++)
        {
            await run.CommitAsync(sink, 300);
            var range = await run.IntegrateAsync(sink);
            var candidate = await run.SignAsync(range.Size);
            await run.Harness.BreakAsync();
            await SinkRun.TryAsync(async () => await sink.PublishAsync(candidate, CancellationToken.None));
            await run.Harness.MendAsync();

            // As a log does: integrates and signs anew. What took effect after all is what counts.
            SinkRun.Check((await run.IntegrateAsync(sink)).Size == range.Size, "What was integrated is so no more.");
            var published = await sink.PublishAsync(await run.SignAsync(range.Size), CancellationToken.None)
                ?? throw new BrokenSentenceException("A checkpoint of the size integrated last was not taken.");
            await run.CheckPublishedAsync(sink, published);
            sink = await run.ReopenAsync(sink);
            await run.CheckPublishedAsync(sink, published);
        }
    }

    private static async Task ReadingAsync(SinkRun run)
    {
        run.NeedsBreak();
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 300);
        var published = await run.PublishAsync(sink);
        await run.CommitAsync(sink, 2);
        sink = await run.ReopenAsync(sink);
        await run.Harness.BreakAsync();
        foreach (var (what, read) in new (string What, Func<ValueTask> Read)[]
        {
            ("the checkpoint", async () => SinkRun.Same(await sink.ReadCheckpointAsync(), published.Bytes.ToArray(), "The checkpoint")),
            ("a tile", async () => await Reading.CheckTileAsync(sink, run.Log, 0, 0, 256)),
            ("a bundle", async () => await Reading.CheckBundleAsync(sink, run.Log, 0, 256)),
            ("a published entry", async () => await Reading.CheckRunAsync(sink, run.Log, 1, run.Log.Size)),
            ("a committed entry", async () => await Reading.CheckRunAsync(sink, run.Log, 301, run.Log.Size)),
        })
        {
            var failure = await SinkRun.TryAsync(read);
            SinkRun.Check(failure is null or AuditLogUnreadableException, $"Reading {what} failed with {failure?.GetType().Name}, not AuditLogUnreadableException: {failure?.Message}");
        }

        await run.Harness.MendAsync();
        await run.CheckPublishedAsync(sink, published);
        await run.CheckCommittedAsync(sink);
    }

    /// <summary>Every call is cancelled, at once or some turns later; whatever it comes to, the next one finds all in order.</summary>
    private static async Task CancelledAsync(SinkRun run, int longest)
    {
        var sink = await run.OpenAsync();
        for (var turns = 0; turns <= longest; turns++)
        {
            await run.CommitAsync(sink, 100);
            var entries = run.Next(200, $"writer-{turns}");
            var outcome = default(CommitOutcome?);
            var completing = false;
            var failure = await CancelAsync(turns, async token =>
            {
                using var commit = await sink.OpenCommitAsync(token);
                completing = true;
                outcome = await commit.CompleteAsync(SinkRun.BatchOf(commit, entries), token);
            });
            if (outcome == CommitOutcome.Committed)
            {
                run.Committed(entries);
            }
            else if (failure is not null && completing)
            {
                await FindOutAsync(run, sink, entries);
            }

            await CancelAsync(turns, async token => await sink.IntegrateAsync(token));
            var range = await run.IntegrateAsync(sink);
            var candidate = await run.SignAsync(range.Size);
            await CancelAsync(turns, async token => await sink.PublishAsync(candidate, token));
            await CancelAsync(turns, async token => await sink.ReadCheckpointAsync(token));
            await CancelAsync(turns, async token => await sink.ReadTileAsync(new TileCoordinate(0, 0, 100), token));
            await CancelAsync(turns, async token => await sink.ReadEntryBundleAsync(new EntryBundleCoordinate(0, 100), token));
            await CancelAsync(turns, async token => await sink.ReadCommittedAsync(0, token));
            range = await run.IntegrateAsync(sink);
            var published = await sink.PublishAsync(await run.SignAsync(range.Size), CancellationToken.None)
                ?? throw new BrokenSentenceException("A checkpoint of the size integrated last was not taken.");
            await run.CheckPublishedAsync(sink, published);
        }

        await run.CloseAsync(sink);
        sink = run.Create();
        await CancelAsync(longest, token => sink.ClaimAsync(new SinkContext(SinkRun.Origin, run.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance), token));
        await run.CloseAsync(sink);
        sink = run.Create();
        await run.ClaimAsync(sink);
        await CancelAsync(longest, async token => await sink.RecoverAsync(run.Log.Range(run.Log.Size), token));
        await run.CloseAsync(sink);
        await run.CheckCommittedAsync(await run.OpenAsync());
    }

    /// <summary>Cancels a call after some turns; <see langword="null"/> where it completed all the same.</summary>
    private static async Task<Exception?> CancelAsync(int turns, Func<CancellationToken, ValueTask> call)
    {
        using var cancellation = new CancellationTokenSource();
        if (turns == 0)
        {
            await cancellation.CancelAsync();
        }

        var called = SinkRun.TryAsync(() => call(cancellation.Token));
        for (var turn = 0; turn < turns; turn++)
        {
            await Task.Yield();
        }

        await cancellation.CancelAsync();
        var failure = await called;
        SinkRun.Check(failure is null or OperationCanceledException, $"A cancelled call failed with {failure?.GetType().Name}: {failure?.Message}");
        return failure;
    }

    /// <summary>Recovers after a commit of unknown outcome: its entries are there, all of them, or none.</summary>
    private static async Task FindOutAsync(SinkRun run, IAuditSink sink, List<byte[]> entries)
    {
        var published = await SinkRun.PublishedSizeAsync(sink) ?? 0;
        var recovery = await sink.RecoverAsync(run.Log.Range(published), CancellationToken.None);
        if (recovery.Head.Size != run.Log.Size)
        {
            SinkRun.Check(recovery.Head.Size == run.Log.Size + entries.Count, $"{recovery.Head.Size} entries were found: a commit of {entries.Count} behind {run.Log.Size} is there in part.");
            run.Committed(entries);
        }

        run.CheckRecovery(recovery);
    }
}
