using System.Runtime.InteropServices;
using ImmutableAudit.Storage;

namespace ImmutableAudit.Testing;

/// <summary>Committing by one writer.</summary>
internal static class CommitCases
{
    private const string Commit = "IAuditCommit";
    private const string Entries = "The entries one after the other, each behind its length as a 16-bit big-endian number, as in an entry bundle.";

    public static IEnumerable<SinkConformanceCase> All { get; } =
    [
        new("Commit: on the head", "IAuditCommit.Head", "The head on which the commit was opened.", OnHeadAsync),
        new("Commit: opened on the current head", "IAuditSink.OpenCommitAsync", "Opens a commit on the current head; shared sinks lock or read it there.", OnHeadAsync),
        new("Commit: the time", "IAuditCommit.Now", "The sink's time: a database's server clock, the local clock elsewhere (LOG.md L9).", TimeAsync),
        new("Commit: of 1, 255 to 257 and thousands of entries", "CommitBatch.Count", "Number of entries, at least 1.", CountsAsync),
        new("Commit: entries of 0, 1 and 65,535 bytes", "CommitBatch.Entries", Entries, LengthsAsync),
        new("Commit: the batch begins at the head", "CommitBatch.FirstIndex", "Index of the first entry: the size of the head that the commit was opened on.", FirstIndexAsync),
        new("Commit: abandoned", Commit, "Disposing it without completing abandons it.", AbandonedAsync),
        new("Commit: completed once", Commit, "A commit that has been opened on the current head and can be completed once.", OnceAsync),
        new("Commit: the batch's memory is used again", "CommitBatch", "Valid only while CompleteAsync runs: the memory belongs to the log and is used again.", MemoryAsync),
        new("Commit: the head once the entries are in", "CommitBatch.Head", "The head once these entries are in.", HeadAsync),
        new("Commit: how many are committed", "IAuditSink.CommittedSize", "Number of committed entries, others' included where the sink is shared: at least those that an answer of this sink has shown.", SizeAsync),
        new("Commit: no room", "CommitOutcome.Full", "There is no room until more is published. Nothing was written; publish, then try again (LOG.md L5).", FullAsync),
    ];

    private static async Task OnHeadAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        foreach (var count in new[] { 1, 4, 300, 2 })
        {
            await run.CommitAsync(sink, count); // Each is opened on what the one before led to.
            if (count == 4)
            {
                await run.PublishAsync(sink);
            }
        }

        using var last = await sink.OpenCommitAsync(CancellationToken.None);
        run.CheckOpened(last);
        run.CheckOpened(last);
    }

    private static async Task TimeAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        var before = DateTimeOffset.MinValue;
        for (var times = 0; times < 2; times++)
        {
            using var commit = await sink.OpenCommitAsync(CancellationToken.None);
            var now = commit.Now;
            SinkRun.Check(now.Offset == TimeSpan.Zero, $"The time {now:O} is not in UTC.");
            var real = TimeProvider.System.GetUtcNow();
            SinkRun.Check(
                now == run.Clock.GetUtcNow() || (now - real).Duration() < TimeSpan.FromHours(1),
                $"The time {now:O} is neither that of the clock that the sink was given ({run.Clock.GetUtcNow():O}) nor near the real one ({real:O}).");
            SinkRun.Check(now > before, $"The time stands still at {now:O}.");
            before = now;
            run.Clock.Advance(TimeSpan.FromMinutes(1));
        }
    }

    private static async Task CountsAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        foreach (var count in new[] { 1, 255, 256, 257, 3_000 })
        {
            await run.CommitAsync(sink, count);
        }

        await run.CheckCommittedAsync(sink);
        sink = await run.ReopenAsync(sink);
        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
        await run.CheckCommittedAsync(sink);
    }

    private static async Task LengthsAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        var longest = run.Next(1, length: ushort.MaxValue)[0];
        List<byte[]> entries = [[], longest, [1], [], [], longest, [2]];
        await run.CommitAsync(sink, entries);
        await run.CommitAsync(sink, [[]]);
        await run.CommitAsync(sink, Enumerable.Repeat(longest, 40).ToList());
        await run.CheckCommittedAsync(sink);
        var published = await run.PublishAsync(sink);
        sink = await run.ReopenAsync(sink);
        await run.CheckPublishedAsync(sink, published);
        await run.CheckCommittedAsync(sink);
        await run.CommitAsync(sink, 1);
    }

    private static async Task FirstIndexAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 3);
        CommitBatch stale;
        using (var commit = await sink.OpenCommitAsync(CancellationToken.None))
        {
            stale = SinkRun.BatchOf(commit, run.Next(2, "stale"));
        }

        await run.CommitAsync(sink, 1);
        using (var commit = await sink.OpenCommitAsync(CancellationToken.None))
        {
            CommitOutcome? outcome = null;
            var failure = await SinkRun.TryAsync(async () => outcome = await commit.CompleteAsync(stale, CancellationToken.None));
            SinkRun.Check(failure is not null || outcome == CommitOutcome.Conflict, $"A batch from index 3 on, on a head of size 4, came to {outcome}.");
        }

        await run.RecoverAsync(sink);
        await run.CheckCommittedAsync(sink);
        await run.CommitAsync(sink, 1);
        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
    }

    private static async Task AbandonedAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 3);
        for (var times = 0; times < 3; times++)
        {
            using var commit = await sink.OpenCommitAsync(CancellationToken.None);
            SinkRun.BatchOf(commit, run.Next(2, "abandoned"));
        }

        await run.CheckCommittedAsync(sink);
        await run.CommitAsync(sink, 2);
        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
        await run.CheckCommittedAsync(await run.ReopenAsync(sink));
    }

    private static async Task OnceAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        using (var commit = await sink.OpenCommitAsync(CancellationToken.None))
        {
            var entries = run.Next(2);
            var batch = SinkRun.BatchOf(commit, entries);
            SinkRun.Check(await commit.CompleteAsync(batch, CancellationToken.None) == CommitOutcome.Committed, "The first commit was not taken.");
            run.Committed(entries);
            CommitOutcome? again = null;
            var failure = await SinkRun.TryAsync(async () => again = await commit.CompleteAsync(batch, CancellationToken.None));
            SinkRun.Check(failure is not null || again == CommitOutcome.Conflict, $"Completing the same commit again came to {again}.");
        }

        await run.RecoverAsync(sink);
        await run.CheckCommittedAsync(sink);
        await run.CommitAsync(sink, 1);
        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
    }

    private static async Task MemoryAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        for (var times = 0; times < 3; times++)
        {
            using var commit = await sink.OpenCommitAsync(CancellationToken.None);
            run.CheckOpened(commit);
            var entries = run.Next(100);
            var batch = SinkRun.BatchOf(commit, entries);
            SinkRun.Check(await commit.CompleteAsync(batch, CancellationToken.None) == CommitOutcome.Committed, "The commit was not taken.");
            run.Committed(entries);
            MemoryMarshal.AsMemory(batch.Entries).Span.Fill(0xAA);
        }

        await run.CheckCommittedAsync(sink);
        await run.CommitAsync(sink, 1);
        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
        await run.CheckCommittedAsync(await run.ReopenAsync(sink));
    }

    private static async Task HeadAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, run.Next(2), privilegeHead: 1);
        await run.CommitAsync(sink, 3);
        await run.CommitAsync(sink, run.Next(300), privilegeHead: 200);
        using var commit = await sink.OpenCommitAsync(CancellationToken.None);
        run.CheckOpened(commit);
    }

    private static async Task SizeAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        for (var times = 1; times < 4; times++)
        {
            await run.CommitAsync(sink, times);
            await run.PublishAsync(sink);
            SinkRun.Check(sink.CommittedSize == run.Log.Size, $"CommittedSize is {sink.CommittedSize} once {run.Log.Size} entries are published.");
        }

        if (!sink.IsShared)
        {
            return;
        }

        var other = await run.OpenAsync();
        foreach (var shows in new Func<ValueTask>[]
        {
            async () => (await other.OpenCommitAsync(CancellationToken.None)).Dispose(),
            async () => SinkRun.Check((await other.IntegrateAsync(CancellationToken.None)).Size == run.Log.Size, "What another writer committed is not integrated."),
            async () => await Reading.CheckRunAsync(other, run.Log, run.Log.Size - 1, run.Log.Size),
        })
        {
            await run.CommitAsync(sink, 2);
            await shows();
            SinkRun.Check(other.CommittedSize == run.Log.Size, $"CommittedSize is {other.CommittedSize} though an answer showed that there are {run.Log.Size}.");
        }
    }

    private static async Task FullAsync(SinkRun run)
    {
        SinkRun.Needs(run.Harness.Capacity is not null, "The sink always has room (SinkHarness.Capacity).");
        var capacity = run.Harness.Capacity.GetValueOrDefault();
        var sink = await run.OpenAsync();
        for (var fills = 0; fills < 2; fills++)
        {
            var outcome = CommitOutcome.Committed;
            for (long written = 0; outcome == CommitOutcome.Committed;)
            {
                SinkRun.Check(written <= capacity, $"{written} bytes wait for publication, and there is still room.");
                var entries = run.Next(8, length: 60_000);
                using var commit = await sink.OpenCommitAsync(CancellationToken.None);
                run.CheckOpened(commit);
                outcome = await commit.CompleteAsync(SinkRun.BatchOf(commit, entries), CancellationToken.None);
                if (outcome == CommitOutcome.Committed)
                {
                    run.Committed(entries);
                    written += 8 * 60_000;
                }
            }

            SinkRun.Check(outcome == CommitOutcome.Full, $"A commit without room came to {outcome}.");
            await run.CheckCommittedAsync(sink);
            await run.PublishAsync(sink);
            await run.CommitAsync(sink, 8);
        }

        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
        await run.CheckCommittedAsync(await run.ReopenAsync(sink));
    }
}
