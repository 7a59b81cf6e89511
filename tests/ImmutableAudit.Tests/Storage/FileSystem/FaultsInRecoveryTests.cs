using ImmutableAudit.Tests.Support;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>The life of a log that begins with recovery: unpublished commits in two segments, and a torn one behind them.</summary>
public sealed class FaultsInRecoveryTests(ITestOutputHelper output) : FaultInjectionTests(output)
{
    private protected override async Task PrepareAsync(string root)
    {
        var files = new FaultyFiles();
        await using var log = await AuditLog.OpenAsync(RecordedRun.Options(Logs.Signer, root, files));
        await log.AppendAsync([.. Enumerable.Range(0, 200).Select(i => TestLogs.Event(i) with { Resource = new AuditResource { Type = "label", Id = $"p{i}" } })]);
        await log.FlushAsync();
        foreach (var batch in Enumerable.Range(0, 2))
        {
            await log.AppendAsync([.. Enumerable.Range(0, 20).Select(i => TestLogs.Event(i, new string('x', 6_000)) with { Resource = new AuditResource { Type = "label", Id = $"q{batch}-{i}" } })]);
        }

        // Dies half-way through the next commit.
        files.ArmNext(what => what.StartsWith("write", StringComparison.Ordinal) && what.Contains(".journal", StringComparison.Ordinal), Fault.DiedHalfDone);
        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(async () => await log.AppendAsync(TestLogs.Event(0, new string('x', 20_000))));
    }

    private protected override async Task ScriptAsync(RecordedRun run, AuditLog log, FaultyFiles files, string root)
    {
        try
        {
            var recovered = await log.ReadAsync().CountAsync(entry => entry.Type == "log.recovered");
            Assert.True(recovered == 1, $"{recovered} entries tell of the dropped bytes.");
        }
        catch (AuditLogUnreadableException)
        {
            // The operation that failed was this reading.
        }

        await run.AppendAsync(log, files, 1);
        await run.FlushAsync(log, root);
        await run.AppendAsync(log, files, 1);
    }
}
