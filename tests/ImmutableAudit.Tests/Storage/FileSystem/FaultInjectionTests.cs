using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>
/// Every file operation of a writer's life goes wrong once in every way: it fails, it fails but was done, half of it is done,
/// the process dies, the power fails. After each, what was acknowledged is there and what was published holds.
/// </summary>
public abstract class FaultInjectionTests : IDisposable
{
    private readonly ITestOutputHelper _output;

    /// <summary>Hundreds of logs are written and removed; where there is a file system in memory, there.</summary>
    private readonly TestLogs _logs = new(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath());
    private int _roots;
    private int _beforeScript;

    protected FaultInjectionTests(ITestOutputHelper output)
    {
        _output = output;
        Signer = new MoodySigner(_logs.Signer);
    }

    public void Dispose()
    {
        _logs.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected TestLogs Logs => _logs;

    private protected MoodySigner Signer { get; }

    /// <summary>Whether the operations go wrong by which the log is opened, too.</summary>
    private protected virtual bool CoversOpening => true;

    private protected virtual CommitDurability Durability => CommitDurability.Flushed;

    private bool IsBuffered => Durability == CommitDurability.Buffered;

    /// <summary>Lays out what the writer finds when it begins; nothing by default.</summary>
    private protected abstract Task PrepareAsync(string root);

    private protected abstract Task ScriptAsync(RecordedRun run, AuditLog log, FaultyFiles files, string root);

    [Fact]
    public async Task A_failing_operation_loses_nothing_and_the_log_goes_on() =>
        await EachAsync([Fault.Failed, Fault.FailedButDone, Fault.HalfDone], (run, root, _) => run.CheckAsync(root));

    [Fact]
    public async Task A_process_that_dies_at_any_operation_loses_nothing_and_leaves_a_valid_log() =>
        await EachAsync([Fault.Died, Fault.DiedHalfDone], async (run, root, model) =>
        {
            await AfterPowerFailureAsync(run, model, PowerLoss.OnlyWhatWasFlushed, 0);
            await AfterPowerFailureAsync(run, model, _roots % 2 == 0 ? PowerLoss.NamesOutranContents : PowerLoss.Random, _roots);
            for (var i = 0; IsBuffered && i < 10; i++)
            {
                await AfterPowerFailureAsync(run, model, PowerLoss.Random, _roots); // Another seed each time.
            }

            if (File.Exists(Path.Combine(root, "log", "checkpoint")))
            {
                await run.VerifyAsync(root);
            }

            var again = NewRoot();
            DirectoryState.Copy(root, again);
            await run.CheckAsync(again);
            await AfterDyingAgainAsync(run, root, model);
            Directory.Delete(again, recursive: true);
        });

    [Fact]
    public async Task What_a_failed_flush_has_lost_is_durable_before_it_counts_although_it_can_be_read() =>
        await EachAsync(
            [Fault.Failed],
            (run, _, model) => AfterPowerFailureAsync(run, model, PowerLoss.OnlyWhatWasFlushed, 0),
            what => what.StartsWith("flush", StringComparison.Ordinal));

    [Fact]
    public async Task A_permission_that_is_lost_for_a_moment_loses_nothing() =>
        await EachAsync(
            [Fault.Denied],
            (run, root, _) => run.CheckAsync(root),
            what => !what.StartsWith("read", StringComparison.Ordinal) && !what.StartsWith("write", StringComparison.Ordinal));

    /// <summary>Dies once more while it is opened again, and then the power fails.</summary>
    private async Task AfterDyingAgainAsync(RecordedRun run, string root, DurabilityModel model)
    {
        var files = new FaultyFiles(model);
        files.Arm(_roots * 7919 % 45, Fault.Died);
        await run.RunAsync(root, files, (_, _) => Task.CompletedTask);
        await AfterPowerFailureAsync(run, model, PowerLoss.OnlyWhatWasFlushed, 0);
    }

    private async Task AfterPowerFailureAsync(RecordedRun run, DurabilityModel model, PowerLoss loss, int seed)
    {
        var root = NewRoot();
        model.LayOut(root, loss, seed);
        try
        {
            await run.CheckAsync(root, powerFailed: true);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"After a power failure ({loss}, {seed}): {e.Message}", e);
        }

        Directory.Delete(root, recursive: true);
    }

    private async Task EachAsync(
        Fault[] faults, Func<RecordedRun, string, DurabilityModel, Task> check, Func<string, bool>? only = null)
    {
        var template = NewRoot();
        await PrepareAsync(template);
        var dry = await RunAsync(template, -1, default, check);
        Assert.NotEmpty(dry);
        var first = CoversOpening ? 0 : _beforeScript;
        var points = 0;
        var failures = new List<string>();
        foreach (var fault in faults)
        {
            for (var i = first; i < dry.Count; i++)
            {
                // Of a row of the same, as when a journal is read page by page, the first and the last.
                var between = !IsBuffered && i > 0 && i < dry.Count - 1 && dry[i] == dry[i - 1] && dry[i] == dry[i + 1];
                if (between || only?.Invoke(dry[i]) == false || (fault is Fault.HalfDone or Fault.DiedHalfDone && !dry[i].StartsWith("write", StringComparison.Ordinal)))
                {
                    continue;
                }

                points++;
                try
                {
                    await RunAsync(template, i, fault, check);
                }
                catch (Exception e)
                {
                    failures.Add($"{fault} at {i} ({dry[i]}): {e}");
                }
            }
        }

        _output.WriteLine($"{points} points of failure in {dry.Count - first} operations");
        Assert.True(failures.Count == 0, $"{failures.Count} of {points}:\n{string.Join("\n", failures.Take(5))}");
    }

    private async Task<IReadOnlyList<string>> RunAsync(
        string template, int failAt, Fault fault, Func<RecordedRun, string, DurabilityModel, Task> check)
    {
        var root = NewRoot();
        DirectoryState.Copy(template, root);
        var model = new DurabilityModel(root);
        var files = new FaultyFiles(model);
        files.Arm(failAt, fault);
        var run = new RecordedRun(Signer) { Durability = Durability };
        await run.RunAsync(root, files, (recorded, log) =>
        {
            _beforeScript = files.Operations.Count;
            return ScriptAsync(recorded, log, files, root);
        });
        await check(run, root, model);
        Directory.Delete(root, recursive: true);
        return files.Operations;
    }

    private string NewRoot() => Directory.CreateDirectory(Path.Combine(_logs.Root, $"{Interlocked.Increment(ref _roots)}")).FullName;
}
