using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Testing;

/// <summary>From committed entries to tiles.</summary>
internal static class IntegrationCases
{
    private const string Integrate = "IAuditSink.IntegrateAsync";
    private const string Steps = "Those are three steps that fail and lag apart (LOG.md).";

    public static IEnumerable<SinkConformanceCase> All { get; } =
    [
        new("Integration: the range that is to be signed", Integrate, "The compact range up to which entries are integrated, ready to be signed; a copy.", RangeAsync),
        new("Integration: again, with nothing published meanwhile", Integrate, "May be called again after any failure.", AgainAsync),
        new("Integration: nothing that is not committed", Integrate, "Nothing that is not durable as an entry gets into a tile (LOG.md L4).", NothingElseAsync),
        new(
            "Integration: part by part, to the end",
            Integrate,
            "Makes the full tiles and bundles of what is committed durable, or of a part of it where that is much: then there is more to integrate once this part is published.",
            PartsAsync),
        new("Integration: entries that were changed where they are stored", Integrate, "The stored entries are not those that were committed.", CorruptAsync),
        new("Integration: committing, integrating and publishing lag apart", "IAuditSink", Steps, LagAsync),
    ];

    private static async Task RangeAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        SinkRun.Check((await run.IntegrateAsync(sink)).Size == 0, "Something was integrated of an empty log.");
        foreach (var count in new[] { 1, 254, 1, 1, 600 })
        {
            await run.CommitAsync(sink, count);
            var range = await run.IntegrateAsync(sink);
            SinkRun.Check(range.Size == run.Log.Size, $"Of {run.Log.Size} entries {range.Size} were integrated.");
            range.Append(default(MerkleHash)); // The caller's own.
        }

        await run.CommitAsync(sink, 1);
        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
    }

    private static async Task AgainAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 300);
        for (var times = 0; times < 3; times++)
        {
            SinkRun.Check((await run.IntegrateAsync(sink)).Size == 300, "Integrating again comes to another size.");
        }

        sink = await run.ReopenAsync(sink); // What is integrated and not published is integrated anew.
        await run.CommitAsync(sink, 300);
        await run.IntegrateAsync(sink);
        sink = await run.ReopenAsync(sink);
        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
    }

    private static async Task NothingElseAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 255);
        using (var commit = await sink.OpenCommitAsync(CancellationToken.None))
        {
            SinkRun.BatchOf(commit, run.Next(10, "abandoned"));
            SinkRun.Check((await run.IntegrateAsync(sink)).Size == 255, "Integrating beside an open commit comes to another size.");
        }

        await run.PublishAsync(sink);
        SinkRun.Check(await sink.ReadTileAsync(new TileCoordinate(0, 0)) is null, "A tile of 256 hashes is there, though only 255 entries are committed.");
        SinkRun.Check(await sink.ReadEntryBundleAsync(new EntryBundleCoordinate(0)) is null, "A bundle of 256 entries is there, though only 255 are committed.");
        await run.CommitAsync(sink, 1);
        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
        SinkRun.Check(await sink.ReadTileAsync(new TileCoordinate(0, 1, 1)) is null, "A second tile is there, though only 256 entries are committed.");
    }

    private static async Task PartsAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        while (run.Log.Size < 20_000)
        {
            await run.CommitAsync(sink, 5_000);
        }

        var published = await run.PublishAsync(sink);
        await run.CheckPublishedAsync(sink, published);
        SinkRun.Check((await run.IntegrateAsync(sink)).Size == 20_000, "With everything published, integrating comes to another size.");
    }

    private static async Task CorruptAsync(SinkRun run)
    {
        SinkRun.Needs(run.Harness.CanCorrupt, "The harness cannot change what is stored (SinkHarness.CorruptAsync).");
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 3);
        var published = await run.PublishAsync(sink);
        await run.CommitAsync(sink, 5);
        await run.Harness.CorruptAsync(5);
        await SinkRun.ThrowsAsync<AuditLogCorruptException>(async () => await sink.IntegrateAsync(CancellationToken.None), "Entry 5 was changed where it is stored, and is integrated");
        await run.CheckPublishedAsync(sink, published);
    }

    private static async Task LagAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 100);
        var integrated = (await run.IntegrateAsync(sink)).Size;
        await run.CommitAsync(sink, 200);
        var candidate = await run.SignAsync(integrated);
        await run.CommitAsync(sink, 1);
        var published = await sink.PublishAsync(candidate, CancellationToken.None);
        SinkRun.Check(published is not null, "What was integrated could not be published, because more was committed meanwhile.");
        await run.CommitAsync(sink, 5);
        await run.CheckPublishedAsync(sink, candidate);
        await run.CheckCommittedAsync(sink);
        sink = await run.ReopenAsync(sink);
        await run.CheckPublishedAsync(sink, candidate);
        await run.CheckCommittedAsync(sink);
        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
    }
}
