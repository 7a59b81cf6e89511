using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Storage.FileSystem.Export;

/// <summary>
/// Every file operation of an export goes wrong once in every way. Whatever checkpoint the directory has then, the log under it is there;
/// and the next export makes of it what it would have been.
/// </summary>
public sealed class LogExportFaultTests(ITestOutputHelper output) : IDisposable
{
    private const int Before = 260;
    private static readonly TestLog Log = TestLog.Of(520);

    private readonly TestKey _key = new(TestLog.Origin);
    private readonly TestLogs _logs = new(Directory.Exists("/dev/shm") ? "/dev/shm" : null);
    private int _roots;

    public void Dispose()
    {
        _key.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task A_new_export_that_goes_wrong_goes_on()
    {
        var source = new MemoryLogReader(Log, _key);
        await EachAsync([Fault.Failed, Fault.FailedButDone, Fault.DiedHalfDone], null, source, source, []);
    }

    [Fact]
    public async Task An_export_that_goes_wrong_while_it_adds_goes_on() =>
        await EachAsync(Enum.GetValues<Fault>(), new MemoryLogReader(Log.First(Before), _key), new MemoryLogReader(Log, _key), null, ["tile/1/000.p/1"]);

    [Fact]
    public async Task An_export_that_went_wrong_goes_on_with_a_log_that_has_grown() =>
        await EachAsync([Fault.FailedButDone, Fault.Died], null, new MemoryLogReader(Log.First(Before), _key), new MemoryLogReader(Log, _key), ["tile/1/000.p/1"]);

    [Fact]
    public async Task What_was_durable_is_not_fetched_again()
    {
        var source = new MemoryLogReader(TestLog.Of(40 * 256), _key);
        var files = new FaultyFiles();
        files.ArmNext(what => what.StartsWith("rename", StringComparison.Ordinal) && what.EndsWith("tile/entries/032".Replace('/', Path.DirectorySeparatorChar), StringComparison.Ordinal), Fault.Died);
        var target = Path.Combine(_logs.Root, "copy");
        await Assert.ThrowsAsync<AuditLogException>(() => LogExport.ToDirectoryAsync(source, target, null, files));
        Assert.False(File.Exists(Path.Combine(target, "checkpoint")));
        var there = ExportedFiles.Of(target).Keys.Count(path => path.StartsWith("tile/entries/", StringComparison.Ordinal) && !path.EndsWith(".tmp", StringComparison.Ordinal));

        var result = await LogExport.ToDirectoryAsync(source, target);

        Assert.Equal(32, there);
        Assert.Equal(8 * 256, result.Fetched);
        ExportedFiles.AssertSame(source.Files, target);
    }

    private async Task EachAsync(
        Fault[] faults, MemoryLogReader? before, MemoryLogReader source, MemoryLogReader? after, string[] mayRemain)
    {
        var template = NewRoot();
        if (before is not null)
        {
            await LogExport.ToDirectoryAsync(before, Path.Combine(template, "copy"));
        }

        var operations = await RunAsync(template, source, after, mayRemain, -1, default);
        var points = 0;
        foreach (var fault in faults)
        {
            for (var i = 0; i < operations.Count; i++)
            {
                if (fault is not (Fault.HalfDone or Fault.DiedHalfDone) || operations[i].StartsWith("write", StringComparison.Ordinal))
                {
                    points++;
                    try
                    {
                        await RunAsync(template, source, after, mayRemain, i, fault);
                    }
                    catch (Exception e)
                    {
                        throw new InvalidOperationException($"{fault} at {i} ({operations[i]}): {e.Message}", e);
                    }
                }
            }
        }

        output.WriteLine($"{points} points of failure in {operations.Count} operations");
    }

    private async Task<IReadOnlyList<string>> RunAsync(
        string template, MemoryLogReader source, MemoryLogReader? after, string[] mayRemain, int failAt, Fault fault)
    {
        var root = NewRoot();
        DirectoryState.Copy(template, root);
        var target = Path.Combine(root, "copy");
        var model = new DurabilityModel(root);
        var files = new FaultyFiles(model);
        files.Arm(failAt, fault);
        var isDone = false;
        try
        {
            await LogExport.ToDirectoryAsync(source, target, null, files);
            isDone = true;
        }
        catch (AuditLogException) when (failAt >= 0)
        {
            // Not a refusal: that is another exception's.
        }

        // An export survives a sweep that failed, as what stays does no harm, and a directory above that another user made.
        var what = files.Operations[Math.Max(failAt, 0)];
        string[] unswept = what.StartsWith("delete directory", StringComparison.Ordinal)
            ? [.. ExportedFiles.Of(target).Keys.Where(path => path.Contains(".p/", StringComparison.Ordinal))]
            : [];
        var isDenied = fault == Fault.Denied && what.StartsWith("flush directory", StringComparison.Ordinal);
        Assert.True(isDone ? failAt < 0 || unswept.Length > 0 || isDenied : failAt >= 0, $"Done: {isDone}");
        var left = NewRoot();
        model.LayOut(left, failAt % 2 == 0 ? PowerLoss.NamesOutranContents : PowerLoss.OnlyWhatWasFlushed, failAt);
        foreach (var place in new[] { target, Path.Combine(left, "copy") })
        {
            await CheckAsync(place);
            if (isDone && (place == target || !isDenied))
            {
                ExportedFiles.AssertSame(source.Files, place, [.. mayRemain, .. unswept]);
            }

            var end = after ?? source;
            await LogExport.ToDirectoryAsync(end, place);
            ExportedFiles.AssertSame(end.Files, place, [.. mayRemain, .. unswept]);
        }

        Directory.Delete(root, recursive: true);
        Directory.Delete(left, recursive: true);
        return files.Operations;
    }

    /// <summary>Where there is a checkpoint, the log under it is there.</summary>
    private async Task CheckAsync(string target)
    {
        if (File.Exists(Path.Combine(target, "checkpoint")))
        {
            var result = await Verify.LogAsync(new DirectoryLogReader(target), _key);
            Assert.True(result.Holds, result.Failure?.Message);
        }
    }

    private string NewRoot() => Directory.CreateDirectory(Path.Combine(_logs.Root, $"{_roots++}")).FullName;
}
