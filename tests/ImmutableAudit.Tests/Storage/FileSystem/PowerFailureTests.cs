using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>A process dies, another takes over, and then the power fails (LOG.md L12).</summary>
public sealed class PowerFailureTests : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_checkpoint_found_at_opening_is_durable_before_the_journal_forgets_what_it_covers()
    {
        var root = Directory.CreateDirectory(Path.Combine(_logs.Root, "root")).FullName;
        var model = new DurabilityModel(root);
        var run = new RecordedRun(_logs.Signer);

        // The first process dies with its second checkpoint in place, but not flushed.
        var files = new FaultyFiles(model);
        await run.RunAsync(root, files, async (_, log) =>
        {
            await run.AppendAsync(log, files, 3);
            await run.FlushAsync(log, root);
            await run.AppendAsync(log, files, 3);
            DieAfter(files, "rename", "checkpoint");
            await run.FlushAsync(log, root);
        });
        Assert.True(files.IsDead);

        // The second dies as soon as recovery has deleted the first one's journal.
        files = new FaultyFiles(model);
        DieAfter(files, "delete", ".journal");
        await run.RunAsync(root, files, (_, log) => run.AppendAsync(log, files, 1));
        Assert.True(files.IsDead);

        for (var seed = 0; seed < 20; seed++)
        {
            var left = Path.Combine(_logs.Root, $"{seed}");
            model.LayOut(left, PowerLoss.Random, seed);
            await run.CheckAsync(left, powerFailed: true);
        }
    }

    private static void DieAfter(FaultyFiles files, string operation, string file)
    {
        var done = false;
        files.ArmNext(
            what =>
            {
                var before = done;
                done |= what.StartsWith(operation, StringComparison.Ordinal) && what.EndsWith(file, StringComparison.Ordinal);
                return before;
            },
            Fault.Died);
    }
}
