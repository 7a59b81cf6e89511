using ImmutableAudit.Tests.Support;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>
/// A log at work: the next journal segment is made ready beside the commits, and taken; posts, and a signing service that is down
/// for a while; what is left over is cut off at the end.
/// </summary>
public sealed class FaultsAtWorkTests(ITestOutputHelper output) : FaultInjectionTests(output)
{
    private protected override bool CoversOpening => false;

    private protected override async Task PrepareAsync(string root)
    {
        await using var log = await AuditLog.OpenAsync(RecordedRun.Options(Signer, root, new FaultyFiles()));
    }

    private protected override async Task ScriptAsync(RecordedRun run, AuditLog log, FaultyFiles files, string root)
    {
        await run.PostAsync(log, 3);
        await run.AppendAsync(log, files, 4, 40_000); // More than half of the segment.
        await run.AppendAsync(log, files, 4, 40_000); // More than is left of it.
        Signer.IsDown = true;
        await run.FlushAsync(log, root);
        await run.PostAsync(log, 2);
        Signer.IsDown = false;
        await run.AppendAsync(log, files, 1);
        await run.FlushAsync(log, root);
        await run.PostAsync(log, 2);
    }
}
