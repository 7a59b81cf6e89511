using ImmutableAudit.Tests.Support;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>A process dies, another takes over, and then the power fails (LOG.md L12).</summary>
public sealed class PowerFailureTests(ITestOutputHelper output) : IDisposable
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

    [Fact]
    public async Task Wherever_a_process_dies_while_it_begins_a_log_what_the_next_acknowledges_is_durable()
    {
        var points = 0;
        for (var died = true; died; points++)
        {
            var root = Directory.CreateDirectory(Path.Combine(_logs.Root, $"{points}")).FullName;
            var model = new DurabilityModel(root);
            var files = new FaultyFiles(model);
            files.Arm(points, Fault.Died);
            await new RecordedRun(_logs.Signer).RunAsync(Path.Combine(root, "below"), files, (_, _) => Task.CompletedTask);
            died = files.IsDead;

            var run = new RecordedRun(_logs.Signer);
            files = new FaultyFiles(model);
            await run.RunAsync(Path.Combine(root, "below"), files, (_, log) => run.AppendAsync(log, files, 3));
            var left = Path.Combine(_logs.Root, $"{points}-left");
            model.LayOut(left, PowerLoss.OnlyWhatWasFlushed, 0);
            await run.CheckAsync(Path.Combine(left, "below"), powerFailed: true);
        }

        output.WriteLine($"{points} points of failure");
        Assert.InRange(points, 20, 100);
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
