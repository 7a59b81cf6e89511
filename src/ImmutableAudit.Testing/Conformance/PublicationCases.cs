using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;

namespace ImmutableAudit.Testing;

/// <summary>What readers get to see.</summary>
internal static class PublicationCases
{
    private const string Publish = "IAuditSink.PublishAsync";
    private const string Newer =
        "Makes a checkpoint visible to readers, together with the partial tiles and bundle of its size, if it is newer than the one published (compare-and-set on the size, LOG.md L22).";

    private const string Returns = "The checkpoint that is now published and durable: the given one, or one of at least its size that was there before.";
    private const string Null = "null where the size is not the one integrated last: integrate and sign again.";

    public static IEnumerable<SinkConformanceCase> All { get; } =
    [
        new("Publication: the checkpoint and everything of its size", Publish, Newer, VisibleAsync),
        new("Publication: an older one changes nothing", Publish, Newer, OlderAsync),
        new("Publication: what is published is never signed anew", Publish, Returns, SameSizeAsync),
        new("Publication: it is durable", Publish, Returns, DurableAsync),
        new("Publication: another writer was first", Publish, Returns, OtherWriterAsync),
        new("Publication: of a size that is not the one integrated last", Publish, Null, NotIntegratedAsync),
        new("Publication: the first, of a log without entries", Publish, "What recovery found published counts as integrated, and so do the no entries of a new log.", FirstAsync),
    ];

    private static async Task VisibleAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        foreach (var count in new[] { 1, 99, 200, 300 })
        {
            await run.CommitAsync(sink, count);
            await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
        }
    }

    private static async Task OlderAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 5);
        var old = await run.PublishAsync(sink);
        await run.CommitAsync(sink, 4);
        var newest = await run.PublishAsync(sink);
        await run.CommitAsync(sink, 1);
        foreach (var older in new[] { old, await run.SignAsync(5), await run.SignAsync(0), await run.SignAsync(7) })
        {
            await AnswersAsync(run, sink, older, newest);
        }

        sink = await run.ReopenAsync(sink);
        await AnswersAsync(run, sink, old, newest);
        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
    }

    private static async Task SameSizeAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await AnswersAsync(run, sink, await run.SignAsync(0), SignedCheckpoint.Parse((await sink.ReadCheckpointAsync())!.Value));
        await run.CommitAsync(sink, 300);
        var published = await run.PublishAsync(sink);
        await AnswersAsync(run, sink, await run.SignAsync(300), published);
        await run.IntegrateAsync(sink);
        await AnswersAsync(run, sink, await run.SignAsync(300), published);
        sink = await run.ReopenAsync(sink);
        await AnswersAsync(run, sink, await run.SignAsync(300), published);
        await run.IntegrateAsync(sink);
        await AnswersAsync(run, sink, await run.SignAsync(300), published);
    }

    private static async Task DurableAsync(SinkRun run)
    {
        run.NeedsCrash();
        var sink = await run.OpenAsync();
        foreach (var count in new[] { 300, 1, 255 })
        {
            await run.CommitAsync(sink, count);
            var published = await run.PublishAsync(sink);
            sink = await run.CrashAsync(sink);
            await run.CheckPublishedAsync(sink, published);
        }
    }

    private static async Task OtherWriterAsync(SinkRun run)
    {
        run.NeedsShared();
        var (one, two) = (await run.OpenAsync(), await run.OpenAsync());
        for (var times = 0; times < 2; times++)
        {
            await run.CommitAsync(one, 5);
            var slow = await run.SignAsync((await run.IntegrateAsync(one)).Size);
            await run.CommitAsync(two, 300);
            var newest = await run.PublishAsync(two);
            await AnswersAsync(run, one, slow, newest);

            // Both have integrated the same.
            await run.CommitAsync(one, 1);
            await run.IntegrateAsync(one);
            newest = await run.PublishAsync(two);
            await AnswersAsync(run, one, await run.SignAsync(newest.Checkpoint.Size), newest);
            await run.CheckPublishedAsync(one, newest);
        }

        await run.CommitAsync(two, 1);
        await run.CheckPublishedAsync(two, await run.PublishAsync(one));
    }

    private static async Task NotIntegratedAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 5);
        var before = await run.PublishAsync(sink);
        await run.CommitAsync(sink, 2);
        await NotTakenAsync(run, sink, 7, before);
        await run.IntegrateAsync(sink);
        await run.CommitAsync(sink, 2);
        await NotTakenAsync(run, sink, 6, before);
        await NotTakenAsync(run, sink, 9, before);
        await run.IntegrateAsync(sink);
        await NotTakenAsync(run, sink, 7, before);
        sink = await run.ReopenAsync(sink);
        await NotTakenAsync(run, sink, 9, before);
        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
    }

    private static async Task FirstAsync(SinkRun run)
    {
        var sink = run.Create();
        await run.ClaimAsync(sink);
        await run.RecoverAsync(sink);
        SinkRun.Check(await SinkRun.PublishedSizeAsync(sink) == 0, "The first checkpoint is not there.");
        sink = await run.ReopenAsync(sink);
        SinkRun.Check(await SinkRun.PublishedSizeAsync(sink) == 0, "The first checkpoint is gone.");
    }

    /// <summary>A checkpoint is refused in favour of the one that is published, byte for byte.</summary>
    private static async Task AnswersAsync(SinkRun run, IAuditSink sink, SignedCheckpoint given, SignedCheckpoint published)
    {
        var answer = await sink.PublishAsync(given, CancellationToken.None);
        SinkRun.Same(answer?.Bytes, published.Bytes.ToArray(), $"What is answered to a checkpoint of size {given.Checkpoint.Size} while one of size {published.Checkpoint.Size} is published");
        await run.CheckPublishedAsync(sink, published);
    }

    private static async Task NotTakenAsync(SinkRun run, IAuditSink sink, long size, SignedCheckpoint published)
    {
        var answer = await sink.PublishAsync(await run.SignAsync(size), CancellationToken.None);
        SinkRun.Check(answer is null, $"A checkpoint of size {size}, which is not the one integrated last, was answered with one of size {answer?.Checkpoint.Size}.");
        await run.CheckPublishedAsync(sink, published);
    }
}
