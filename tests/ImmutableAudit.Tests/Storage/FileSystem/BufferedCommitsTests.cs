using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>Commits that are not flushed before they are acknowledged (LOG.md L2, L4).</summary>
public sealed class BufferedCommitsTests : IDisposable
{
    private const int Page = 4096;

    private readonly TestLogs _logs = new();

    private string Journal => Path.Combine(_logs.LogDirectory, "journal");

    private string Segment => Directory.GetFiles(Journal, "*.journal").Order(StringComparer.Ordinal).Last();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task An_append_is_answered_before_anything_is_flushed()
    {
        var files = new FaultyFiles();
        await using var log = await OpenAsync(files);
        var before = files.Operations.Count;
        await log.AppendAsync(TestLogs.Event(0));
        await log.AppendAsync(TestLogs.Event(1));
        Assert.DoesNotContain(files.Operations.Skip(before), what => what.StartsWith("flush", StringComparison.Ordinal));

        await log.FlushAsync();
        Assert.StartsWith("flush", files.Operations.Skip(before).First(what => !what.StartsWith("write", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6, "0 1 2 3 4 -")]
    [InlineData(5, "0 1 2 3 -")]
    [InlineData(4, "0 1 2 -")]
    [InlineData(4, "0 1 2 -", 5, 6)]
    public async Task What_was_not_flushed_is_lost_from_the_first_bad_commit_on(int page, string left, params int[] others)
    {
        await LeaveAsync();
        Damage(page);
        Array.ForEach(others, Damage);
        var lost = File.ReadAllBytes(Segment)[(page * Page)..(7 * Page)];

        for (var i = 0; i < 2; i++)
        {
            await using var log = await OpenAsync(new FaultyFiles());
            var entries = await log.ReadAsync().ToListAsync();
            Assert.Equal(left, TestLogs.Labels(entries));
            Assert.Equal("log.recovered", entries[^1].Type);
        }

        var kept = File.ReadAllBytes(Assert.Single(Directory.GetFiles(Journal, "*.dropped-at-*")));
        Assert.Equal(lost[..kept.Length], kept);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(1, 3, 4, 5, 6)]
    [InlineData(2, 3, 4, 5, 6)]
    public async Task What_a_later_commit_knew_to_be_flushed_is_corrupt_not_lost(int flushed, params int[] damaged)
    {
        await LeaveAsync(flushed);
        Array.ForEach(damaged, Damage);
        var before = DirectoryState.Of(_logs.LogDirectory);
        await Assert.ThrowsAsync<AuditLogCorruptException>(() => OpenAsync(new FaultyFiles()));
        Assert.Equal(before, DirectoryState.Of(_logs.LogDirectory));
    }

    [Fact]
    public async Task What_recovery_rewrote_was_flushed_although_it_was_buffered_before()
    {
        await LeaveAsync();
        var files = new FaultyFiles();
        await using (await OpenAsync(files))
        {
            files.Kill();
        }

        Damage(1);
        await Assert.ThrowsAsync<AuditLogCorruptException>(() => OpenAsync(new FaultyFiles()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_log_whose_flush_failed_recovers_although_nobody_appends(bool done)
    {
        var files = new FaultyFiles();
        var lines = new LogLines();
        await using (var log = await OpenAsync(files, lines: lines))
        {
            await log.AppendAsync(TestLogs.Event(0));
            files.ArmNext(
                what => what.StartsWith("flush", StringComparison.Ordinal) && what.EndsWith(".journal", StringComparison.Ordinal),
                done ? Fault.FailedButDone : Fault.Failed);
            var failure = await Assert.ThrowsAsync<AuditPublicationException>(async () => await log.FlushAsync());
            Assert.Contains("may be lost", failure.Message, StringComparison.Ordinal);

            await Waiting.ForAsync(() => lines.Contain("Recovered at size 1"), "recovery");
            Assert.Equal(1, (await log.FlushAsync()).Checkpoint.Size);
            await log.AppendAsync(TestLogs.Event(1));
        }

        await using var again = await OpenAsync(new FaultyFiles());
        Assert.Equal("0 1", TestLogs.Labels(await again.ReadAsync().ToListAsync()));
    }

    [Fact]
    public async Task Closing_flushes_also_where_nothing_can_be_published()
    {
        var model = new DurabilityModel(Directory.CreateDirectory(Path.Combine(_logs.Root, "log")).FullName);
        var sink = new InterceptedSink(new FileSystemSink(
            _logs.LogDirectory, new FileSystemSinkOptions { Durability = CommitDurability.Buffered }, new FaultyFiles(model)));
        await using (var log = await AuditLog.OpenAsync(_logs.Options(sink, options => options.CheckpointInterval = TimeSpan.FromDays(1))))
        {
            await log.AppendAsync(TestLogs.Event(0));
            sink.Asking = () => throw new IOException("The store does not answer.");
        }

        var left = Path.Combine(_logs.Root, "left");
        model.LayOut(left, PowerLoss.OnlyWhatWasFlushed, 0);
        await using var again = await AuditLog.OpenAsync(_logs.Options(new FileSystemSink(left)));
        Assert.Equal("0", TestLogs.Labels(await again.ReadAsync().ToListAsync()));
    }

    [Fact]
    public async Task A_segment_may_be_published_and_deleted_before_it_is_let_go_from_memory()
    {
        using var go = new ManualResetEventSlim();
        var evicting = 0;
        var files = new FaultyFiles
        {
            Evicting = () =>
            {
                Interlocked.Increment(ref evicting);
                go.Wait(Waiting.Limit);
            },
        };
        var lines = new LogLines();
        await using (var log = await OpenAsync(files, lines: lines))
        {
            for (var i = 0; i < 6; i++)
            {
                await log.AppendAsync(TestLogs.Event(i, new string('x', 60_000)));
            }

            await Waiting.ForAsync(() => Volatile.Read(ref evicting) == 1, "what is flushed behind");
            var first = Directory.GetFiles(Journal, "*.journal").Order(StringComparer.Ordinal).First();
            await log.FlushAsync();
            Assert.False(File.Exists(first));
            go.Set();
            await log.AppendAsync(TestLogs.Event(6));
        }

        Assert.False(lines.Contain("could not be closed"));
        await using var again = await OpenAsync(new FaultyFiles());
        Assert.Equal("0 1 2 3 4 5 6", TestLogs.Labels(await again.ReadAsync().ToListAsync()));
    }

    [Fact]
    public async Task A_log_can_be_opened_buffered_and_flushed_in_turn()
    {
        for (var i = 0; i < 4; i++)
        {
            await using var log = i % 2 == 0 ? await OpenAsync(new FaultyFiles()) : await _logs.OpenAsync();
            await log.AppendAsync(TestLogs.Event(i));
        }

        await using var last = await _logs.OpenAsync();
        Assert.Equal("0 1 2 3", TestLogs.Labels(await last.ReadAsync().ToListAsync()));
    }

    [Fact]
    public async Task That_commits_are_buffered_is_reported_when_the_log_is_opened()
    {
        var lines = new LogLines();
        await using var log = await OpenAsync(new FaultyFiles(), lines: lines);
        Assert.True(lines.Contain("a power failure may take back"));
    }

    [Fact]
    public void Another_durability_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new FileSystemSink("x", new FileSystemSinkOptions { Durability = (CommitDurability)2 }));

    /// <summary>A log of entries in a page each: 0 and 1 are published, so many behind them flushed, the others up to 5 buffered.</summary>
    private async Task LeaveAsync(int flushed = 1)
    {
        var files = new FaultyFiles();
        var signer = new MoodySigner(_logs.Signer);
        await using var log = await OpenAsync(files, signer);
        await log.AppendAsync(TestLogs.Event(0));
        await log.AppendAsync(TestLogs.Event(1));
        await log.FlushAsync();
        for (var i = 2; i < 2 + flushed; i++)
        {
            await log.AppendAsync(TestLogs.Event(i));
        }

        signer.IsDown = true;
        await Assert.ThrowsAsync<AuditPublicationException>(async () => await log.FlushAsync());
        for (var i = 2 + flushed; i < 6; i++)
        {
            await log.AppendAsync(TestLogs.Event(i));
        }

        files.Kill();
    }

    /// <summary>Changes the entry in a page of the newest segment; page 0 is its header.</summary>
    private void Damage(int page) => DirectoryState.Edit(Segment, bytes =>
    {
        bytes[(page * Page) + 111] ^= 1;
        return bytes;
    });

    private Task<AuditLog> OpenAsync(FaultyFiles files, MoodySigner? signer = null, LogLines? lines = null)
    {
        var options = new AuditLogOptions
        {
            Origin = TestLogs.Origin,
            Signers = { signer ?? new MoodySigner(_logs.Signer) },
            Sink = new FileSystemSink(_logs.LogDirectory, new FileSystemSinkOptions { Durability = CommitDurability.Buffered }, files),
            Observers = { new CheckpointFileObserver(_logs.KeyDirectory) },
            CheckpointInterval = TimeSpan.FromDays(1),
        };
        options.LoggerFactory = lines ?? options.LoggerFactory;
        return AuditLog.OpenAsync(options);
    }
}
