using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Storage.FileSystem.Export;

/// <summary>What is not what was signed, is not of this log, or is in the way.</summary>
public sealed class LogExportRefusalTests : IDisposable
{
    private static readonly TestLog Log = new(Enumerable.Range(0, 300).Select(
        i => System.Text.Encoding.UTF8.GetBytes($$"""{"v":1,"time":"{{TestLog.Time(i):yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'}}"}""")));

    private readonly TestKey _key = new(TestLog.Origin);
    private readonly TestLogs _logs = new(Directory.Exists("/dev/shm") ? "/dev/shm" : null);
    private readonly string _target;
    private int _targets;

    public LogExportRefusalTests() => _target = Path.Combine(_logs.Root, "copy");

    public void Dispose()
    {
        _key.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task Whatever_is_altered_in_a_log_it_is_refused_or_the_copy_is_right()
    {
        var whole = new MemoryLogReader(Log, _key).Files;
        var refused = 0;
        foreach (var (path, bytes) in whole)
        {
            // In entries and in the lengths in front of them, in hashes, and in every part of the checkpoint.
            var step = path == "checkpoint" ? 7 : path.Contains("entries", StringComparison.Ordinal) ? 149 : 96;
            for (var at = 0; at < bytes.Length; at += step)
            {
                refused += await TryAsync(whole, path, Flip(bytes, at)) ? 1 : 0;
            }

            foreach (var changed in new byte[]?[] { null, [], bytes[..^1], bytes[..(bytes.Length / 2)], [.. bytes, 0], [.. bytes, .. bytes] })
            {
                refused += await TryAsync(whole, path, changed) ? 1 : 0;
            }
        }

        Assert.True(refused > 150, $"{refused} were refused.");
    }

    [Theory]
    [InlineData("tile/entries/000", 3 * 49 + 20, "Entry 3 of the log")]
    [InlineData("tile/entries/001.p/44", 20, "Entry 256 of the log")]
    [InlineData("tile/0/001.p/44", 0, "tile/0/001.p/44")]
    [InlineData("tile/1/000.p/1", 0, "tile/1/000.p/1")]
    public async Task The_place_that_was_altered_is_named(string path, int at, string named)
    {
        var source = new MemoryLogReader(Log, _key);
        source.Files[path] = Flip(source.Files[path], at);

        var refusal = await Assert.ThrowsAsync<AuditLogCorruptException>(() => ExportAsync(source));

        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_target, "checkpoint")));
    }

    [Fact]
    public async Task A_tile_above_that_was_altered_is_named_before_anything_below_it_is_written()
    {
        var source = new MemoryLogReader(TestLog.Of(66_000), _key);
        source.Files["tile/1/000"] = Flip(source.Files["tile/1/000"], 255 * 32);

        var refusal = await Assert.ThrowsAsync<AuditLogCorruptException>(() => ExportAsync(source));

        Assert.Contains("'tile/1/000'", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(ExportedFiles.Of(_target));
    }

    [Fact]
    public async Task Where_the_lowest_tile_was_altered_too_the_bundle_is_named()
    {
        var source = new MemoryLogReader(Log, _key);
        source.Files["tile/entries/000"] = Flip(source.Files["tile/entries/000"], 20);
        source.Files["tile/0/000"] = Flip(source.Files["tile/0/000"], 0);

        var refusal = await Assert.ThrowsAsync<AuditLogCorruptException>(() => ExportAsync(source));

        Assert.Contains("One of the entries 0 to 255", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_the_log_is_mended_the_export_goes_on()
    {
        var source = new MemoryLogReader(Log, _key);
        var good = source.Files["tile/entries/000"];
        source.Files["tile/entries/000"] = Flip(good, 20);
        await Assert.ThrowsAsync<AuditLogCorruptException>(() => ExportAsync(source));
        source.Files["tile/entries/000"] = good;

        await ExportAsync(source);

        ExportedFiles.AssertSame(source.Files, _target);
    }

    [Fact]
    public async Task Another_key_or_origin_is_refused_and_nothing_is_made()
    {
        using var other = new TestKey(TestLog.Origin);
        var source = new MemoryLogReader(Log, _key);

        await Assert.ThrowsAsync<AuditSignatureException>(() => ExportAsync(source, new LogExportOptions { Keys = [other.Verifier] }));
        await Assert.ThrowsAsync<AuditSignatureException>(() => ExportAsync(source, new LogExportOptions { Keys = [_key.Verifier], Origin = "other" }));
        await Assert.ThrowsAsync<AuditSignatureException>(() => ExportAsync(source, new LogExportOptions { Origin = "other" }));
        Assert.False(Directory.Exists(_target));

        await ExportAsync(source, new LogExportOptions { Origin = TestLog.Origin });
        var refusal = await Assert.ThrowsAsync<AuditSignatureException>(
            () => ExportAsync(new MemoryLogReader(Log, other), new LogExportOptions { Keys = [other.Verifier] }));
        Assert.Contains($"size 300 in '{_target}'", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_log_that_does_not_extend_what_was_exported_or_begun_is_refused(bool finished)
    {
        var before = TestLog.Of(300);
        var source = new MemoryLogReader(before, _key);
        if (!finished)
        {
            source.BeforeRead = path => Fail(path == "tile/entries/000");
            await Assert.ThrowsAsync<AuditLogUnreadableException>(() => ExportAsync(source));
        }
        else
        {
            await ExportAsync(source);
        }

        var left = DirectoryState.Of(_target);
        var rewritten = TestLog.Of(600).Entries;
        rewritten[7] = rewritten[8];
        foreach (var other in new[] { before.First(299), before.First(0), new TestLog(rewritten), new TestLog(rewritten[..300]) })
        {
            var refusal = await Assert.ThrowsAsync<AuditLogRollbackException>(() => ExportAsync(new MemoryLogReader(other, _key)));
            Assert.Contains(finished ? "were exported to" : "were begun to be exported to", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(left, DirectoryState.Of(_target));
        }

        var grown = new MemoryLogReader(TestLog.Of(600), _key);
        await ExportAsync(grown);
        ExportedFiles.AssertSame(grown.Files, _target, "tile/1/000.p/1");
    }

    [Fact]
    public async Task An_altered_tile_is_not_taken_for_another_history()
    {
        await ExportAsync(new MemoryLogReader(Log.First(200), _key));
        var source = new MemoryLogReader(Log, _key);
        source.Files["tile/0/000"] = Flip(source.Files["tile/0/000"], 0);

        var refusal = await Assert.ThrowsAsync<AuditLogCorruptException>(() => ExportAsync(source));

        Assert.Contains("'tile/0/000'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_export_of_this_log_is_left_as_it_is()
    {
        var source = new MemoryLogReader(Log, _key);
        using var otherKey = new TestKey("other.example/log");
        await RefusedAsync(source, "holds 'notes.txt'", directory => File.WriteAllText(Path.Combine(directory, "notes.txt"), "mine"));
        await RefusedAsync(source, "holds 'tile'", directory => Directory.CreateDirectory(Path.Combine(directory, "tile")));
        await RefusedAsync(source, "cannot be read", directory => File.WriteAllText(Path.Combine(directory, "checkpoint"), "mine"));
        await RefusedAsync(source, "holds the log 'other.example/log'", directory =>
            File.WriteAllBytes(Path.Combine(directory, "checkpoint"), TestKey.Checkpoint("other.example/log", Log.Entries.Length, Log.Root, otherKey)));

        var file = Path.Combine(_logs.Root, "file");
        File.WriteAllText(file, "mine");
        await Assert.ThrowsAsync<AuditLogMismatchException>(() => LogExport.ToDirectoryAsync(source, file));
        await Assert.ThrowsAnyAsync<AuditLogException>(() => LogExport.ToDirectoryAsync(source, Path.Combine(file, "below")));
        await Assert.ThrowsAsync<AuditLogUnreadableException>(() => LogExport.ToDirectoryAsync(new MemoryLogReader([]), _target));
        Assert.False(Directory.Exists(_target));
    }

    [Fact]
    public async Task A_writers_directory_is_not_exported_to_and_a_copy_is_not_written_to()
    {
        await using (var log = await _logs.OpenAsync())
        {
            await log.AppendAsync(TestLogs.Event(0));
        }

        var source = new DirectoryLogReader(_logs.LogDirectory);
        var before = DirectoryState.Of(_logs.LogDirectory);
        await Assert.ThrowsAsync<AuditLogMismatchException>(() => LogExport.ToDirectoryAsync(source, _logs.LogDirectory));
        Assert.Equal(before, DirectoryState.Of(_logs.LogDirectory));

        await LogExport.ToDirectoryAsync(source, _target);
        var copy = DirectoryState.Of(_target);
        var refusal = await Assert.ThrowsAsync<AuditLogMismatchException>(() => AuditLog.OpenAsync(_logs.Options(new FileSystemSink(_target))));
        Assert.Contains("copy that was exported", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(copy, DirectoryState.Of(_target));
        await LogExport.ToDirectoryAsync(source, _target);
    }

    [Fact]
    public async Task A_copy_that_was_made_by_other_means_is_gone_on_with()
    {
        Log.First(200).WriteTo(_target, _key);
        var source = new MemoryLogReader(Log, _key);

        await ExportAsync(source);

        ExportedFiles.AssertSame(source.Files, _target);
    }

    [Fact]
    public async Task Two_exports_to_one_directory_keep_out_of_each_others_way()
    {
        var source = new MemoryLogReader(Log, _key);
        source.BeforeRead = path =>
        {
            if (path == "tile/entries/000")
            {
                var refusal = Assert.Throws<AuditLogLockedException>(() => ExportAsync(new MemoryLogReader(Log, _key)).GetAwaiter().GetResult());
                Assert.Contains("Another export writes to", refusal.Message, StringComparison.Ordinal);
            }
        };

        await ExportAsync(source);

        ExportedFiles.AssertSame(source.Files, _target);
    }

    private static byte[] Flip(byte[] bytes, int at) => [.. bytes[..at], (byte)(bytes[at] ^ (1 << (at % 8))), .. bytes[(at + 1)..]];

    private static void Fail(bool fails)
    {
        if (fails)
        {
            throw new AuditLogUnreadableException("The line is down.");
        }
    }

    private Task<LogExportResult> ExportAsync(ILogReader source, LogExportOptions? options = null) =>
        LogExport.ToDirectoryAsync(source, _target, options ?? new LogExportOptions { Keys = [_key.Verifier] });

    /// <summary>Exports a log of which one file was changed; whether it was refused.</summary>
    private async Task<bool> TryAsync(Dictionary<string, byte[]> whole, string path, byte[]? changed)
    {
        var source = new MemoryLogReader(whole.Select(file => (file.Key, file.Value)));
        if (changed is null)
        {
            source.Files.Remove(path);
        }
        else
        {
            source.Files[path] = changed;
        }

        var target = Path.Combine(_logs.Root, $"tampered{_targets++}");
        try
        {
            await LogExport.ToDirectoryAsync(source, target, new LogExportOptions { Keys = [_key.Verifier] }, new FaultyFiles());
        }
        catch (Exception e) when (e is AuditLogCorruptException or AuditFormatException or AuditSignatureException
            || (e is AuditLogUnreadableException && path == "checkpoint"))
        {
            Assert.False(File.Exists(Path.Combine(target, "checkpoint")), path);

            // What was written before it showed is right.
            Assert.All(ExportedFiles.Of(target), file => Assert.True(file.Value.AsSpan().SequenceEqual(whole[file.Key]), file.Key));
            return true;
        }

        ExportedFiles.AssertSame(whole, target);
        return false;
    }

    private async Task RefusedAsync(ILogReader source, string message, Action<string> prepare)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_logs.Root, $"other{_targets++}")).FullName;
        prepare(directory);
        var before = Directory.GetFileSystemEntries(directory, "*", SearchOption.AllDirectories);
        var refusal = await Assert.ThrowsAsync<AuditLogMismatchException>(() => LogExport.ToDirectoryAsync(source, directory));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(directory, "*", SearchOption.AllDirectories));
    }
}
