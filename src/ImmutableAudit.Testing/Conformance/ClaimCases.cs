namespace ImmutableAudit.Testing;

/// <summary>Taking hold of a store, and letting it go.</summary>
internal static class ClaimCases
{
    private const string Claim = "IAuditSink.ClaimAsync";
    private const string Creates = "Takes hold of the store for writing; creates what has to be there for that, and changes nothing of a log that is there.";

    public static IEnumerable<SinkConformanceCase> All { get; } =
    [
        new("Claim: a store in which nothing was yet", Claim, Creates, FreshAsync),
        new("Claim: a log that is there is left as it is", Claim, Creates, LeftAsItIsAsync),
        new("Claim: another writer is refused", Claim, "Another writer holds it, and the sink is not shared.", LockedAsync),
        new("Claim: a log of another name is refused", "SinkContext", "A sink that holds a log of another name refuses.", OtherOriginAsync),
        new("Claim: a store that cannot be written to", Claim, "It cannot be written to, or is not a log.", UnwritableAsync),
        new("Claim: a store that cannot be read", Claim, "What is there could not be read.", UnwritableAsync),
        new("Claim: a second time", "IAuditSink", "ClaimAsync once; then RecoverAsync; then commits.", OnceAsync),
        new("Claim: disposing lets go", "IAuditSink", "Disposing releases the claim.", ReleasedAsync),
    ];

    private static async Task FreshAsync(SinkRun run)
    {
        var sink = run.Create();
        await run.ClaimAsync(sink);
        SinkRun.Check(await sink.ReadCheckpointAsync() is null, "A fresh store has a checkpoint.");
        await run.RecoverAsync(sink);
        await run.CommitAsync(sink, 1);
        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
    }

    private static async Task LeftAsItIsAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 300);
        var published = await run.PublishAsync(sink);
        await run.CommitAsync(sink, 5);
        await run.CloseAsync(sink);
        for (var claims = 0; claims < 2; claims++)
        {
            var claimed = run.Create();
            await run.ClaimAsync(claimed);
            await run.CheckPublishedAsync(claimed, published);
            await run.CloseAsync(claimed);
        }

        sink = await run.OpenAsync();
        await run.CheckPublishedAsync(sink, published);
        await run.CheckCommittedAsync(sink);
    }

    private static async Task LockedAsync(SinkRun run)
    {
        run.NeedsUnshared();
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 3);
        var other = run.Create();
        await SinkRun.ThrowsAsync<AuditLogLockedException>(() => new(run.ClaimAsync(other)), "A second writer claims the store");
        await run.CloseAsync(other);
        await SinkRun.ThrowsAsync<AuditLogLockedException>(() => new(run.ClaimAsync(run.Create())), "Another one, once a refused writer is gone");
        await run.CommitAsync(sink, 3);
        await run.CheckPublishedAsync(sink, await run.PublishAsync(sink));
    }

    private static async Task OtherOriginAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 3);
        var published = await run.PublishAsync(sink);
        await run.CloseAsync(sink);
        var other = run.Create();
        const string OtherName = "conformance.example/other";
        if (run.Harness.HoldsManyLogs)
        {
            await run.ClaimAsync(other, OtherName);
            SinkRun.Check(await other.ReadCheckpointAsync() is null && other.CommittedSize == 0, "A log of another name finds what is not its own.");
        }
        else
        {
            await SinkRun.ThrowsAsync<AuditLogException>(() => new(run.ClaimAsync(other, OtherName)), "A log of another name claims the store");
        }

        await run.CloseAsync(other);
        sink = await run.OpenAsync();
        await run.CheckPublishedAsync(sink, published);
        await run.CommitAsync(sink, 3);
    }

    private static async Task UnwritableAsync(SinkRun run)
    {
        run.NeedsBreak();
        var sink = run.Create();
        await run.Harness.BreakAsync();
        await SinkRun.ThrowsAsync<AuditException>(() => new(run.ClaimAsync(sink)), "A store that does not work is claimed");
        await run.Harness.MendAsync();
        await run.CloseAsync(sink);
        await run.CommitAsync(await run.OpenAsync(), 1);
    }

    private static async Task OnceAsync(SinkRun run)
    {
        var sink = await run.OpenAsync();
        await run.CommitAsync(sink, 2);
        await SinkRun.ThrowsAsync<InvalidOperationException>(() => new(run.ClaimAsync(sink)), "An open sink is claimed again");
        await run.CommitAsync(sink, 2);
        await run.CheckCommittedAsync(sink);
    }

    private static async Task ReleasedAsync(SinkRun run)
    {
        for (var runs = 0; runs < 3; runs++)
        {
            var sink = await run.OpenAsync();
            await run.CommitAsync(sink, 1);
            await run.CloseAsync(sink);
            await sink.DisposeAsync(); // Once more does no harm.
        }

        // Also of a sink that was claimed and never made ready, and of one that was never claimed.
        var claimed = run.Create();
        await run.ClaimAsync(claimed);
        await run.CloseAsync(claimed);
        await run.CloseAsync(run.Create());
        await run.CheckCommittedAsync(await run.OpenAsync());
    }
}
