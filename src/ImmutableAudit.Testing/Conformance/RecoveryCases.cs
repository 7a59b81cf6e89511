using ImmutableAudit.Merkle;

namespace ImmutableAudit.Testing;

/// <summary>Finding again what was committed.</summary>
internal static class RecoveryCases
{
    private const string Recover = "IAuditSink.RecoverAsync";
    private const string Finds = "Finds every entry that was ever acknowledged, makes sure that all of them are durable, and makes the sink ready for commits.";
    private const string Published =
        "The compact range at the published checkpoint, checked against its signature; null where there is no checkpoint: then the store must hold nothing, and becomes a log without entries.";

    private const string Corrupt = "What is found does not hold together or does not reach the given range; nothing was changed.";

    public static IEnumerable<SinkConformanceCase> All { get; } =
    [
        new("Recovery: an empty store becomes a log without entries", Recover, Published, EmptyAsync),
        new("Recovery: another writer began the log meanwhile", Recover, "Where another writer of a shared store has begun the log meanwhile, what is there is found.", BegunMeanwhileAsync),
        new("Recovery: entries without a checkpoint", Recover, Published, NoCheckpointAsync),
        new("Recovery: after disposing", Recover, Finds, DisposedAsync),
        new("Recovery: after a crash", Recover, Finds, CrashedAsync),
        new("Recovery: a crash in the midst of commits", Recover, "Entries whose commit is whole but was not acknowledged may be kept; they are then durable too.", CrashedAtWorkAsync),
        new("Recovery: committed entries outlive the process", "IAuditSink.IsDurable", "Whether committed entries outlive the process.", DurableAsync),
        new("Recovery: on an open sink, again and again", "IAuditSink", "A log calls RecoverAsync again after a commit of unknown outcome.", AgainAsync),
        new("Recovery: what was published is not reached", Recover, Corrupt, PublishedNotReachedAsync),
        new("Recovery: what was published has another root", Recover, Corrupt, PublishedOtherRootAsync),
        new("Recovery: the head comes back", "SinkRecovery", "Where the log stands: every entry below its size is durable.", HeadAsync),
        new("Recovery: the tree comes back, of any size", "SinkRecovery", "Where the log stands: every entry below its size is durable.", TreeAsync),
    ];

    private static async Task EmptyAsync(SinkRun run)
    {
        var sink = run.Create();
        await run.ClaimAsync(sink);
        var recovery = await run.RecoverAsync(sink);
        SinkRun.Check(recovery.DroppedBytes == 0, $"{recovery.DroppedBytes} bytes were dropped in an empty store.");
        SinkRun.Check(sink.CommittedSize == 0, $"An empty store has {sink.CommittedSize} entries.");
        using (var commit = await sink.OpenCommitAsync(CancellationToken.None))
        {
            run.CheckOpened(commit);
        }

        await run.CheckCommittedAsync(sink);
        sink = await run.ReopenAsync(sink);
        await run.CheckCommittedAsync(sink);
        await run.CommitAsync(sink, 1);
    }

    private static async Task NoCheckpointAsync(SinkRun run)
    {
        var sink = run.Create();
        await run.ClaimAsync(sink);
        await sink.RecoverAsync(null, CancellationToken.None);
        await run.CommitAsync(sink, 3);
        await run.CloseAsync(sink);
        for (var times = 0; times < 2; times++)
        {
            sink = run.Create();
            await run.ClaimAsync(sink);
            await SinkRun.ThrowsAsync<AuditLogCorruptException>(
                async () => await sink.RecoverAsync(null, CancellationToken.None), "A store that holds entries is to become a log without entries");
            await run.CloseAsync(sink);
        }
    }

    private static async Task BegunMeanwhileAsync(SinkRun run)
    {
        run.NeedsShared();
        var slow = run.Create();
        await run.ClaimAsync(slow);
        var fast = await run.OpenAsync();
        await run.CommitAsync(fast, 3);
        run.CheckRecovery(await slow.RecoverAsync(null, CancellationToken.None));
        var published = await slow.PublishAsync(await run.SignAsync(0), CancellationToken.None);
        SinkRun.Same(published?.Bytes, (await fast.ReadCheckpointAsync())!.Value.ToArray(), "The first checkpoint, which the other writer published,");
        await run.RecoverAsync(slow);
        await run.CommitAsync(slow, 2);
        await run.CheckCommittedAsync(fast);
    }

    private static async Task DisposedAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        foreach (var (count, publish) in new[] { (3, true), (300, false), (2, false), (1, true), (0, false), (1, false) })
        {
            if (count > 0)
            {
                await run.CommitAsync(sink, count);
            }

            if (publish)
            {
                await run.PublishAsync(sink);
            }

            sink = await run.ReopenAsync(sink);
            SinkRun.Check(sink.CommittedSize == run.Log.Size, $"CommittedSize is {sink.CommittedSize} after recovery of {run.Log.Size} entries.");
            await run.CheckCommittedAsync(sink);
        }

        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
    }

    private static async Task CrashedAsync(SinkRun run)
    {
        run.NeedsCrash();
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 3);
        sink = await run.CrashAsync(sink);
        await run.CommitAsync(sink, 300);
        var published = await run.PublishAsync(sink);
        await run.CommitAsync(sink, 2);
        sink = await run.CrashAsync(sink);
        await run.CheckPublishedAsync(sink, published);
        await run.CheckCommittedAsync(sink);
        await run.CommitAsync(sink, 1);
        await run.IntegrateAsync(sink); // Tiles of which nothing is published yet.
        sink = await run.CrashAsync(sink);
        await run.CheckCommittedAsync(sink);
        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
    }

    private static async Task CrashedAtWorkAsync(SinkRun run)
    {
        run.NeedsCrash();
        const int Batch = 7;
        var sink = await run.OpenAsync();
        var acknowledged = 0;
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var crashing = false;
        var committing = Task.Run(async () =>
        {
            try
            {
                for (var batches = 0; batches < 2_000 && !stop.IsCancellationRequested; batches++)
                {
                    using var commit = await sink.OpenCommitAsync(CancellationToken.None);
                    var entries = Enumerable.Range(0, Batch).Select(i => ModelLog.Entry(commit.Head.Size + i)).ToList();
                    await commit.CompleteAsync(SinkRun.BatchOf(commit, entries), CancellationToken.None);
                    if (Interlocked.Add(ref acknowledged, Batch) == 10 * Batch)
                    {
                        reached.SetResult();
                    }
                }
            }
            catch (Exception) when (Volatile.Read(ref crashing))
            {
                // It was crashed.
            }
        });
        await Task.WhenAny(reached.Task, committing);
        var atLeast = Volatile.Read(ref acknowledged);
        Volatile.Write(ref crashing, true);
        await run.Harness.CrashAsync(sink);
        await stop.CancelAsync();
        await committing;

        var next = run.Create();
        await run.ClaimAsync(next);
        var found = (await next.RecoverAsync(run.Log.Range(0), CancellationToken.None)).Head.Size;
        var atMost = Volatile.Read(ref acknowledged) + Batch;
        SinkRun.Check(found >= atLeast && found <= atMost, $"{found} entries were found after a crash; {atLeast} were acknowledged, {atMost} at most begun.");
        SinkRun.Check(found % Batch == 0, $"{found} entries were found after a crash: a commit of {Batch} is there in part.");
        run.Committed(Enumerable.Range(0, (int)found).Select(i => ModelLog.Entry(i)));
        await run.CheckCommittedAsync(next);
        next = await run.CrashAsync(next);
        await run.CheckCommittedAsync(next);
        await run.CheckPublishedAsync(next, await run.PublishAsync(next));
    }

    private static async Task DurableAsync(SinkRun run)
    {
        run.NeedsCrash();
        var sink = await run.OpenAsync();
        for (var crashes = 0; crashes < 3; crashes++)
        {
            await run.CommitAsync(sink, 1);
            sink = await run.CrashAsync(sink);
            SinkRun.Check(sink.IsDurable, "A sink that was durable is no more.");
            await run.CheckCommittedAsync(sink);
        }
    }

    private static async Task AgainAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        for (var times = 0; times < 4; times++)
        {
            await run.CommitAsync(sink, 100);
            await run.RecoverAsync(sink);
            await run.CheckCommittedAsync(sink);
            if (times % 2 == 0)
            {
                await run.CommitAsync(sink, 1);
                await run.PublishAsync(sink);
                await run.RecoverAsync(sink);
            }
        }

        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
        await run.CheckCommittedAsync(await run.ReopenAsync(sink));
    }

    private static Task PublishedNotReachedAsync(SinkRun run) => RefusedAsync(run, log => Appended(log.Range(5), 1));

    private static Task PublishedOtherRootAsync(SinkRun run) => RefusedAsync(run, log => Appended(log.Range(2), 1));

    private static async Task HeadAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 2);
        await run.CommitAsync(sink, run.Next(3), privilegeHead: 4);
        sink = await run.ReopenAsync(sink);
        await run.CommitAsync(sink, 2);
        sink = await run.ReopenAsync(sink);
        await run.PublishAsync(sink);
        sink = await run.ReopenAsync(sink); // Nothing is left but what is published.
        using (var commit = await sink.OpenCommitAsync(CancellationToken.None))
        {
            run.CheckOpened(commit);
        }

        await run.CommitAsync(sink, 1);
        await run.CommitAsync(sink, run.Next(1), privilegeHead: 8);
        await run.PublishAsync(sink);
        await run.CommitAsync(sink, 1);
        sink = await run.ReopenAsync(sink);
        await run.RecoverAsync(sink);
    }

    private static async Task TreeAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        foreach (var count in new[] { 1, 2, 252, 1, 1, 255 })
        {
            await run.CommitAsync(sink, count);
            sink = await run.ReopenAsync(sink);
        }

        await run.PublishAsync(sink);
        sink = await run.ReopenAsync(sink);
        await run.CommitAsync(sink, 1);
        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
    }

    /// <summary>A log of five entries, three of them published, is refused with another range, and is there as before.</summary>
    private static async Task RefusedAsync(SinkRun run, Func<ModelLog, CompactRange> another)
    {
        if (run.Log.Size == 0)
        {
            var begun = await run.OpenAsync();
            await run.CommitAsync(begun, 3);
            await run.PublishAsync(begun);
            await run.CommitAsync(begun, 2);
            await run.CloseAsync(begun);
        }

        var sink = run.Create();
        await run.ClaimAsync(sink);
        var published = another(run.Log);
        await SinkRun.ThrowsAsync<AuditLogCorruptException>(
            async () => await sink.RecoverAsync(published, CancellationToken.None), $"Five entries are there, and another published range of {published.Size} is given");
        await run.CloseAsync(sink);
        sink = await run.OpenAsync();
        await run.CheckCommittedAsync(sink);
        await run.CloseAsync(sink);
    }

    /// <summary>The range with entries that are not the log's.</summary>
    private static CompactRange Appended(CompactRange range, int count)
    {
        for (var i = 0; i < count; i++)
        {
            range.Append(ModelLog.LeafHash(ModelLog.Entry(range.Size, "nobody")));
        }

        return range;
    }
}
