using ImmutableAudit.Tests.Support;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>A long way is published in steps (LOG.md L22), and one of them goes wrong.</summary>
public sealed class FaultsInStepsTests(ITestOutputHelper output) : IDisposable
{
    private readonly TestLogs _logs = new(Directory.Exists("/dev/shm") ? "/dev/shm" : null);

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Whatever_goes_wrong_between_two_steps_nothing_is_lost_and_what_was_published_holds()
    {
        (string What, int Which, Fault Fault)[] points =
        [
            ("rename checkpoint", 1, Fault.FailedButDone),
            ("rename checkpoint", 2, Fault.Died),
            ("write .tmp", 300, Fault.DiedHalfDone),
        ];
        foreach (var (what, which, fault) in points)
        {
            var root = Directory.CreateDirectory(Path.Combine(_logs.Root, $"{what}-{fault}")).FullName;
            var model = new DurabilityModel(root);
            var files = new FaultyFiles(model);
            var run = new RecordedRun(_logs.Signer) { JournalCapacity = 64 * 1024 * 1024 };
            var seen = 0;
            await run.RunAsync(root, files, async (_, log) =>
            {
                for (var i = 0; i < 4; i++)
                {
                    await run.AppendAsync(log, files, 17_000); // A step, together.
                }

                await run.AppendAsync(log, files, 1_000);
                files.ArmNext(operation => Is(operation, what) && ++seen == which, fault);
                await run.FlushAsync(log, root);
                await run.FlushAsync(log, root);
            });
            Assert.True(seen >= which, $"{what} was done {seen} times.");
            if (fault is Fault.Died or Fault.DiedHalfDone)
            {
                var left = Path.Combine(_logs.Root, "left");
                model.LayOut(left, PowerLoss.OnlyWhatWasFlushed, 0);
                await run.CheckAsync(left, powerFailed: true);
                Directory.Delete(left, recursive: true);
            }
            else
            {
                await run.CheckAsync(root);
            }

            Directory.Delete(root, recursive: true);
        }

        output.WriteLine($"{points.Length} points of failure");
    }

    /// <summary>Whether an operation has this verb, and a file that ends like this.</summary>
    private static bool Is(string operation, string what) =>
        what.Split(' ') is [var verb, var file]
        && operation.StartsWith(verb, StringComparison.Ordinal)
        && operation.EndsWith(file, StringComparison.Ordinal);
}
