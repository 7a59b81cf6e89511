using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Storage.Http;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Storage.FileSystem.Export;

/// <summary>A copy is file by file what the file sink has, whichever source it was made from.</summary>
public sealed class LogExportTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly string _target;

    public LogExportTests() => _target = Path.Combine(_logs.Root, "copies", "copy");

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1_000)]
    [InlineData(70_000)]
    public async Task Every_file_is_what_the_file_sink_wrote_for_that_size(int size)
    {
        await AppendAsync(size);

        var result = await ExportAsync(new DirectoryLogReader(_logs.LogDirectory));

        Assert.Equal((size, size), (result.Checkpoint.Checkpoint.Size, result.Fetched));
        Assert.Equal(_logs.Key.KeyId, Assert.Single(result.Signers).KeyId);
        Assert.Null(result.Earlier);
        var expected = PathsOf(size);
        var written = ExportedFiles.Of(_logs.LogDirectory);
        ExportedFiles.AssertSame(expected.ToDictionary(path => path, path => written[path], StringComparer.Ordinal), _target);
        Assert.All(expected, path => Assert.Equal(
            File.GetAttributes(Path.Combine(_logs.LogDirectory, path)), File.GetAttributes(Path.Combine(_target, path))));

        await VerifyAsync(size);
    }

    [Fact]
    public async Task A_log_in_memory_and_one_behind_a_URL_give_the_same_files()
    {
        await AppendAsync(600);
        await using var server = LoopbackServer.Of(_logs.LogDirectory);
        await ExportAsync(new HttpLogReader(server.Address));
        await VerifyAsync(600);

        var store = new InMemoryStore();
        await using (var log = await _logs.OpenInMemoryAsync(store))
        {
            await log.AppendAsync([.. Enumerable.Range(0, 600).Select(i => TestLogs.Event(i))]);
        }

        var sink = new InMemorySink(store);
        var other = Path.Combine(_logs.Root, "other");
        await LogExport.ToDirectoryAsync(sink, other, new LogExportOptions { Keys = [_logs.Key] });
        Assert.Equal(string.Join(' ', PathsOf(600)), string.Join(' ', ExportedFiles.Of(other).Keys));
    }

    [Fact]
    public async Task What_is_open_for_writing_can_be_exported_and_what_it_grows_to_is_added()
    {
        await using var log = await _logs.OpenAsync(options => options.CheckpointInterval = TimeSpan.FromDays(1));
        foreach (var (more, size) in new[] { (100, 100), (1, 101), (155, 256), (400, 656), (0, 656) })
        {
            if (more > 0)
            {
                await log.AppendAsync([.. Enumerable.Range(0, more).Select(i => TestLogs.Event(i))]);
            }

            await log.FlushAsync();

            var result = await ExportAsync(new DirectoryLogReader(_logs.LogDirectory));

            Assert.Equal(size, result.Checkpoint.Checkpoint.Size);
            Assert.Equal(size > 100 ? size - more : null, result.Earlier?.Checkpoint.Size);

            // Every size was published and exported: the same partial files were there, and are gone.
            ExportedFiles.AssertSame(ExportedFiles.Of(_logs.LogDirectory), _target);
        }

        await VerifyAsync(656);
    }

    [Fact]
    public async Task Only_what_is_new_is_read_from_the_log_and_what_is_damaged_or_gone_in_the_copy()
    {
        using var key = new TestKey(TestLog.Origin);
        var log = TestLog.Of(1_100);
        await LogExport.ToDirectoryAsync(new MemoryLogReader(log.First(600), key), _target);
        ExportedFiles.Flip(_target, "tile/entries/000", 500);
        File.Delete(Path.Combine(_target, "tile/0/001"));
        var source = new MemoryLogReader(log, key);

        var result = await LogExport.ToDirectoryAsync(source, _target, new LogExportOptions { Keys = [key.Verifier] });

        Assert.Equal(
            "tile/entries/000 tile/entries/002 tile/entries/003 tile/entries/004.p/76",
            string.Join(' ', source.Reads.Where(path => path.StartsWith("tile/entries/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)));
        Assert.Equal(3 * 256 + 76, result.Fetched);
        ExportedFiles.AssertSame(source.Files, _target, "tile/1/000.p/2");
    }

    [Fact]
    public async Task What_was_exported_is_not_read_again_if_so_wished()
    {
        using var key = new TestKey(TestLog.Origin);
        var log = TestLog.Of(1_100);
        await LogExport.ToDirectoryAsync(new MemoryLogReader(log.First(600), key), _target);
        ExportedFiles.Flip(_target, "tile/entries/000", 500);
        var source = new MemoryLogReader(log, key);

        var result = await LogExport.ToDirectoryAsync(source, _target, new LogExportOptions { Recheck = false });

        Assert.Equal(2 * 256 + 76, result.Fetched);
        Assert.DoesNotContain("tile/entries/000", source.Reads, StringComparer.Ordinal);
        Assert.Equal("tile/entries/000", (await Verify.FailureAsync(new DirectoryLogReader(_target), key)).Path);
    }

    [Fact]
    public async Task Bundles_are_fetched_at_the_same_time()
    {
        using var key = new TestKey(TestLog.Origin);
        using var together = new Barrier(4);
        var source = new MemoryLogReader(TestLog.Of(4 * 256), key);
        source.BeforeRead = path =>
        {
            if (path.StartsWith("tile/entries/", StringComparison.Ordinal))
            {
                Assert.True(together.SignalAndWait(TimeSpan.FromMinutes(1)), "They were fetched one after the other.");
            }
        };

        await LogExport.ToDirectoryAsync(source, _target, new LogExportOptions { MaxDegreeOfParallelism = 4 });

        ExportedFiles.AssertSame(source.Files, _target);
    }

    [Fact]
    public async Task Progress_goes_on_and_ends_with_everything()
    {
        using var key = new TestKey(TestLog.Origin);
        var progress = new Reports();

        await LogExport.ToDirectoryAsync(
            new MemoryLogReader(TestLog.Of(20_000), key), _target, new LogExportOptions { Progress = progress });

        Assert.Equal(new LogExportProgress(0, 20_000), progress.Seen[0]);
        Assert.Equal(new LogExportProgress(20_000, 20_000), progress.Seen[^1]);
        Assert.True(progress.Seen.Count > 2);
        Assert.Equal(progress.Seen.OrderBy(report => report.Entries), progress.Seen);
    }

    [Fact]
    public async Task Cancelled_it_ends_and_goes_on_when_called_again()
    {
        using var key = new TestKey(TestLog.Origin);
        using var stop = new CancellationTokenSource();
        var source = new MemoryLogReader(TestLog.Of(600), key);
        source.BeforeRead = path =>
        {
            if (path == "tile/entries/001")
            {
                stop.Cancel();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LogExport.ToDirectoryAsync(source, _target, null, stop.Token));
        Assert.False(File.Exists(Path.Combine(_target, "checkpoint")));

        await LogExport.ToDirectoryAsync(source, _target);
        ExportedFiles.AssertSame(source.Files, _target);
    }

    private async Task AppendAsync(int size)
    {
        await using var log = await _logs.OpenAsync(options => options.CheckpointInterval = TimeSpan.FromDays(1));
        foreach (var batch in Enumerable.Range(0, size).Chunk(10_000))
        {
            await log.AppendAsync([.. batch.Select(i => TestLogs.Event(i))]);
        }
    }

    private Task<LogExportResult> ExportAsync(ILogReader log) =>
        LogExport.ToDirectoryAsync(log, _target, new LogExportOptions { Keys = [_logs.Key], Origin = TestLogs.Origin });

    private async Task VerifyAsync(long size)
    {
        var result = await new LogVerifier(new DirectoryLogReader(_target), new LogVerificationOptions { Keys = [_logs.Key] }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(size, result.Checkpoint.Checkpoint.Size);
    }

    /// <summary>The files that the format says a log of this size has.</summary>
    private static string[] PathsOf(int size)
    {
        IEnumerable<string> paths = ["checkpoint"];
        for (var (level, count) = (-1, size); count > 0; level++, count = level == 0 ? size : count / 256)
        {
            var (name, all) = (level < 0 ? "entries" : $"{level}", count);
            paths = paths.Concat(Enumerable.Range(0, (all + 255) / 256).Select(i => TestLog.PathOf(name, i, Math.Min(256, all - (i * 256)))));
        }

        return [.. paths.Order(StringComparer.Ordinal)];
    }

    private sealed class Reports : IProgress<LogExportProgress>
    {
        public List<LogExportProgress> Seen { get; } = [];

        public void Report(LogExportProgress value) => Seen.Add(value);
    }
}
