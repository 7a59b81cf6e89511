using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>
/// A log whose commits are buffered: a process that dies loses nothing, a power failure nothing that was flushed, and from the
/// rest only the end (LOG.md L4).
/// </summary>
public sealed class FaultsWhileBufferedTests(ITestOutputHelper output) : FaultInjectionTests(output)
{
    private protected override CommitDurability Durability => CommitDurability.Buffered;

    private protected override bool CoversOpening => false;

    private protected override async Task PrepareAsync(string root)
    {
        await using var log = await AuditLog.OpenAsync(RecordedRun.Options(Signer, root, new FaultyFiles()));
    }

    private protected override async Task ScriptAsync(RecordedRun run, AuditLog log, FaultyFiles files, string root)
    {
        await run.AppendAsync(log, files, 1);
        await run.AppendAsync(log, files, 2);
        await run.FlushAsync(log, root);
        await run.AppendAsync(log, files, 1);
        await run.AppendAsync(log, files, 2, 20_000); // Flushed behind.
        await run.AppendAsync(log, files, 4, 40_000); // In the next segment.
        await run.AppendAsync(log, files, 1);
        await run.FlushAsync(log, root);
        await run.PostAsync(log, 2);
        await run.FlushAsync(log, root);
        await run.AppendAsync(log, files, 1);
        await run.PostAsync(log, 2);
        await run.AppendAsync(log, files, 1);
    }
}
