using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>A long journal is flushed in steps while recovery writes on; one of these flushes goes wrong (LOG.md L4).</summary>
public sealed class FaultsInALongRecoveryTests : IDisposable
{
    private readonly TestLogs _logs = new(Directory.Exists("/dev/shm") ? "/dev/shm" : null);

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData(2, nameof(Fault.Failed))]
    [InlineData(3, nameof(Fault.Died))]
    public async Task A_step_whose_flush_fails_fails_the_recovery_and_is_not_flushed_again(int which, string fault)
    {
        var root = Directory.CreateDirectory(Path.Combine(_logs.Root, "root")).FullName;
        var model = new DurabilityModel(root);
        var run = new RecordedRun(_logs.Signer) { JournalCapacity = 256 * 1024 * 1024 };
        await LeaveAsync(run, root, model);
        var before = Kept(root);

        // The first flush is that of the zeros, the last covers everything.
        var files = new FaultyFiles(model);
        var flushes = 0;
        files.ArmNext(what => IsFlush(what) && ++flushes == which, Enum.Parse<Fault>(fault));
        await Assert.ThrowsAsync<AuditLogException>(() => AuditLog.OpenAsync(RecordedRun.Options(_logs.Signer, root, files, run.JournalCapacity)));
        Assert.Equal(which, files.Operations.Count(IsFlush));
        Assert.DoesNotContain(files.Operations, what => what.StartsWith("rename", StringComparison.Ordinal));
        if (!files.IsDead)
        {
            Assert.Equal(before, Kept(root));
        }

        var left = Path.Combine(_logs.Root, "left");
        model.LayOut(left, PowerLoss.OnlyWhatWasFlushed, 0);
        await run.CheckAsync(left, powerFailed: true);
        await run.CheckAsync(root);
    }

    [Fact]
    public async Task What_was_flushed_in_steps_is_durable_once_the_log_is_open()
    {
        var root = Directory.CreateDirectory(Path.Combine(_logs.Root, "root")).FullName;
        var model = new DurabilityModel(root);
        var run = new RecordedRun(_logs.Signer) { JournalCapacity = 256 * 1024 * 1024 };
        await LeaveAsync(run, root, model);
        var files = new FaultyFiles(model);
        await run.RunAsync(root, files, (_, _) =>
        {
            files.Arm(files.Operations.Count, Fault.Died);
            return Task.CompletedTask;
        });
        Assert.Equal(4, files.Operations.Count(IsFlush));

        var left = Path.Combine(_logs.Root, "left");
        model.LayOut(left, PowerLoss.OnlyWhatWasFlushed, 0);
        await run.CheckAsync(left, powerFailed: true);
    }

    /// <summary>Some 41 MiB of commits, none of them published.</summary>
    private static async Task LeaveAsync(RecordedRun run, string root, DurabilityModel model)
    {
        var files = new FaultyFiles(model);
        await run.RunAsync(root, files, async (_, log) =>
        {
            for (var i = 0; i < 8; i++)
            {
                await run.AppendAsync(log, files, 90, 60_000);
            }

            files.Arm(files.Operations.Count, Fault.Died);
        });
        Assert.True(files.IsDead);
    }

    /// <summary>Everything but a segment that was being made ready, which means nothing.</summary>
    private static List<string> Kept(string root) =>
        [.. DirectoryState.Of(root).Where(file => !file.Contains("next.tmp", StringComparison.Ordinal))];

    private static bool IsFlush(string what) =>
        what.StartsWith("flush", StringComparison.Ordinal) && what.EndsWith("next.tmp", StringComparison.Ordinal);
}
