using System.Collections.Concurrent;
using ImmutableAudit.Storage;

namespace ImmutableAudit.Testing;

/// <summary>Several writers on one store.</summary>
internal static class SharedCases
{
    private const string Shared = "Whether others may append to the same log, so that entries appear that this writer did not append (LOG.md L26).";

    /// <summary>How long a commit gets to be opened while another is open: some sinks wait for that one, others do not.</summary>
    private static readonly TimeSpan s_aWhile = TimeSpan.FromMilliseconds(200);

    public static IEnumerable<SinkConformanceCase> All { get; } =
    [
        new("Shared: another writer's entries appear", "IAuditSink.IsShared", Shared, SeenAsync),
        new("Shared: two writers make one order, without gap or duplicate", "IAuditSink.IsShared", Shared, InterleavedAsync),
        new("Shared: who was not first conflicts", "CommitOutcome.Conflict", "Another writer was first. Nothing was written; open a commit on the new head (LOG.md L26).", ConflictAsync),
        new(
            "Shared: nothing of a conflicting batch ever appears",
            "IAuditCommit.CompleteAsync",
            "Committed only once every entry is durable; with any other outcome nothing was written and nothing of the batch will ever appear.",
            ConflictAsync),
        new("Shared: a commit is for all or nobody to see", "IAuditCommit.CompleteAsync", "Appends the batch, all of it or nothing.", WholeAsync),
        new("Shared: what one acknowledged, another finds", "CommitOutcome.Committed", "Every entry of the batch is durable.", SeenAsync),
    ];

    private static async Task SeenAsync(SinkRun run)
    {
        run.NeedsShared();
        var (one, two) = (await run.OpenAsync(), await run.OpenAsync());
        for (var times = 0; times < 3; times++)
        {
            await run.CommitAsync(one, 100);
            await run.CommitAsync(two, 7); // On a head of which it was not told.
            await run.CheckCommittedAsync(one);
            await run.CheckCommittedAsync(two);
            var published = await run.PublishAsync(times % 2 == 0 ? two : one);
            await run.CheckPublishedAsync(one, published);
            await run.CheckPublishedAsync(two, published);
        }

        await run.CheckCommittedAsync(await run.OpenAsync());
    }

    private static async Task InterleavedAsync(SinkRun run)
    {
        run.NeedsShared();
        const int Commits = 15;
        const int Batch = 3;
        var sinks = new[] { await run.OpenAsync(), await run.OpenAsync(), await run.OpenAsync() };
        var acknowledged = new ConcurrentDictionary<long, byte[]>();
        await Task.WhenAll(sinks.Select((sink, writer) => Task.Run(async () =>
        {
            for (var commits = 0; commits < Commits;)
            {
                using var commit = await sink.OpenCommitAsync(CancellationToken.None);
                var first = commit.Head.Size;
                var entries = Enumerable.Range(0, Batch).Select(i => ModelLog.Entry(first + i, $"writer-{writer}")).ToList();
                if (await commit.CompleteAsync(SinkRun.BatchOf(commit, entries), CancellationToken.None) == CommitOutcome.Committed)
                {
                    commits++;
                    for (var i = 0; i < Batch; i++)
                    {
                        SinkRun.Check(acknowledged.TryAdd(first + i, entries[i]), $"Entry {first + i} was acknowledged to two writers.");
                    }
                }
            }
        })));
        var count = sinks.Length * Commits * Batch;
        SinkRun.Check(acknowledged.Count == count && acknowledged.ContainsKey(count - 1), $"{count} entries were acknowledged, but not with the indexes up to {count - 1}.");
        run.Committed(Enumerable.Range(0, count).Select(i => acknowledged[i]));
        var published = await run.PublishAsync(sinks[0]);
        foreach (var sink in sinks)
        {
            await run.CheckCommittedAsync(sink);
            await run.CheckPublishedAsync(sink, published);
        }
    }

    private static async Task ConflictAsync(SinkRun run)
    {
        run.NeedsShared();
        var (one, two) = (await run.OpenAsync(), await run.OpenAsync());
        for (var times = 0; times < 3; times++)
        {
            var entries = run.Next(2);
            var late = run.Next(3, "late");
            using (var first = await one.OpenCommitAsync(CancellationToken.None))
            {
                // It may be opened on the same head, or have to wait until the first is completed.
                var opening = Task.Run(async () => await two.OpenCommitAsync(CancellationToken.None));
                await Task.WhenAny(opening, Task.Delay(s_aWhile));
                SinkRun.Check(
                    await first.CompleteAsync(SinkRun.BatchOf(first, entries), CancellationToken.None) == CommitOutcome.Committed,
                    "The writer that was first was not let in.");
                run.Committed(entries);
                using var second = await opening;
                if (second.Head.Size == run.Log.Size)
                {
                    run.CheckOpened(second);
                }
                else
                {
                    var outcome = await second.CompleteAsync(SinkRun.BatchOf(second, late), CancellationToken.None);
                    SinkRun.Check(outcome == CommitOutcome.Conflict, $"A commit opened on a head that has moved on came to {outcome}.");
                }
            }

            await run.CheckCommittedAsync(one);
            await run.CheckCommittedAsync(two);
            await run.CommitAsync(two, 1);
        }

        await run.CheckPublishedAsync(one, await run.PublishAsync(one));
        await run.CloseAsync(one);
        await run.CheckCommittedAsync(await run.ReopenAsync(two));
    }

    /// <summary>Of sinks that are not shared, on the sink itself: who reads sees a batch whole or not at all.</summary>
    private static async Task WholeAsync(SinkRun run)
    {
        const int Batch = 400;
        const int Commits = 8;
        var sink = await run.OpenAsync();
        var reader = sink.IsShared ? await run.OpenAsync() : sink;
        var committing = Task.Run(async () =>
        {
            for (var commits = 0; commits < Commits; commits++)
            {
                using var commit = await sink.OpenCommitAsync(CancellationToken.None);
                var first = commit.Head.Size;
                await commit.CompleteAsync(
                    SinkRun.BatchOf(commit, [.. Enumerable.Range(0, Batch).Select(i => ModelLog.Entry(first + i))]), CancellationToken.None);
            }
        });
        for (var seen = 0; seen < Commits * Batch;)
        {
            var isEnded = committing.IsCompleted;
            if (await reader.ReadCommittedAsync(seen, CancellationToken.None) is not null)
            {
                SinkRun.Check(
                    await reader.ReadCommittedAsync(seen + Batch - 1, CancellationToken.None) is not null,
                    $"Entry {seen} of a commit of {Batch} is there, but entry {seen + Batch - 1} is not.");
                seen += Batch;
            }
            else
            {
                SinkRun.Check(!isEnded, $"Entry {seen} was committed, and cannot be read.");
                await Task.Yield();
            }
        }

        await committing;
        run.Committed(Enumerable.Range(0, Commits * Batch).Select(i => ModelLog.Entry(i)));
        await run.CheckCommittedAsync(reader);
    }
}
