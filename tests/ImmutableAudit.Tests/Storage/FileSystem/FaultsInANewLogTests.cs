using ImmutableAudit.Tests.Support;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>The life of a log from its first moment, over a bundle's border and a journal segment's.</summary>
public sealed class FaultsInANewLogTests(ITestOutputHelper output) : FaultInjectionTests(output)
{
    private protected override Task PrepareAsync(string root) => Task.CompletedTask;

    private protected override async Task ScriptAsync(RecordedRun run, AuditLog log, FaultyFiles files, string root)
    {
        await run.AppendAsync(log, files, 1);
        await run.AppendAsync(log, files, 250);
        await run.FlushAsync(log, root);
        await run.AppendAsync(log, files, 10, 16_000);
        await run.AppendAsync(log, files, 2, 45_000);
        await run.FlushAsync(log, root);
        await run.AppendAsync(log, files, 1);
    }
}
