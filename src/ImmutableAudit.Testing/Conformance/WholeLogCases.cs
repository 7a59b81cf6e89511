using ImmutableAudit.Verification;

namespace ImmutableAudit.Testing;

/// <summary>A log on the sink, as an application has it.</summary>
internal static class WholeLogCases
{
    private const string Authoritative =
        "One sink is authoritative for a log: it commits entries durably, integrates them into tiles and entry bundles, and publishes signed checkpoints.";

    private const string Batch = "What one commit appends: entries with index and time assigned, and the head that they lead to.";

    public static IEnumerable<SinkConformanceCase> All { get; } =
    [
        new("Log: appended, reopened, verified, proved", "IAuditSink", Authoritative, run => LifeAsync(run, isShared: false)),
        new("Log: several at once on one store", "IAuditSink.IsShared", "Whether others may append to the same log, so that entries appear that this writer did not append (LOG.md L26).", run => LifeAsync(run, isShared: true)),
        new("Log: a recovered head carries on its time", "CommitBatch", Batch, TimeAsync),
    ];

    private static async Task LifeAsync(SinkRun run, bool isShared)
    {
        if (isShared)
        {
            run.NeedsShared();
        }

        const int Producers = 4;
        const int Events = 25;
        var receipts = new List<AuditReceipt>();
        for (var opened = 0; opened < 3; opened++)
        {
            var logs = await Task.WhenAll(Enumerable.Range(0, isShared ? 2 : 1).Select(_ => OpenAsync(run)));
            receipts.AddRange((await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(async () =>
            {
                var log = logs[producer % logs.Length];
                var mine = new List<AuditReceipt>();
                for (var i = 0; i < Events; i++)
                {
                    mine.Add(await log.AppendAsync(Event(i)));
                }

                mine.AddRange(await log.AppendAsync([Event(1), Event(2)]));
                return mine;
            })))).SelectMany(mine => mine));
            SinkRun.Check(
                receipts.Select(receipt => receipt.Index).Order().SequenceEqual(Enumerable.Range(0, receipts.Count).Select(i => (long)i)),
                $"The receipts of {receipts.Count} entries do not have the indexes below that.");
            foreach (var log in logs)
            {
                await CheckAsync(run, log, receipts);
            }

            foreach (var log in logs)
            {
                await log.DisposeAsync();
            }
        }
    }

    private static async Task TimeAsync(SinkRun run)
    {
        DateTimeOffset last = default;
        for (var opened = 0; opened < 3; opened++)
        {
            await using var log = await OpenAsync(run);
            for (var i = 0; i < 3; i++)
            {
                var receipt = await log.AppendAsync(Event(i));
                SinkRun.Check(receipt.Time >= last, $"Entry {receipt.Index} is of {receipt.Time:O}, before {last:O} of the one in front.");
                last = receipt.Time;
                run.Clock.Advance(TimeSpan.FromSeconds(1));
            }

            run.Clock.Set(run.Clock.GetUtcNow() - TimeSpan.FromMinutes(1)); // Somebody sets the clock back between two runs.
        }
    }

    private static async Task CheckAsync(SinkRun run, AuditLog log, List<AuditReceipt> receipts)
    {
        await log.FlushAsync();
        var leaves = receipts.ToDictionary(receipt => receipt.Index, receipt => receipt.LeafHash);
        var count = 0;
        await foreach (var entry in log.ReadAsync())
        {
            SinkRun.Check(leaves[entry.Index] == entry.LeafHash, $"Entry {entry.Index} is not the one that its receipt is for.");
            count++;
        }

        SinkRun.Check(count == receipts.Count, $"{count} entries were read of {receipts.Count}.");
        var verified = await new LogVerifier(log.Published, new LogVerificationOptions { Keys = [run.Signer.Verifier] }).VerifyAsync();
        SinkRun.Check(verified.Holds, $"The log does not verify: {verified.Failure?.Message}");
        SinkRun.Check((await log.ProveAsync(receipts.Count / 2)).Verify([run.Signer.Verifier]).Holds, "A proof does not verify.");
        await log.ProveConsistencyAsync(receipts.Count / 3);
    }

    private static Task<AuditLog> OpenAsync(SinkRun run) => AuditLog.OpenAsync(new AuditLogOptions
    {
        Origin = SinkRun.Origin,
        Sink = run.Harness.CreateSink(), // The log disposes it.
        Signers = { run.Signer },
        TimeProvider = run.Clock,
    });

    private static AuditEvent Event(int number) => new()
    {
        Actor = new AuditSubject { Id = "conformance" },
        Action = "test.append",
        Resource = new AuditResource { Type = "number", Id = number.ToString() },
    };
}
