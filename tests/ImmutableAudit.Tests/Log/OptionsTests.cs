using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Log;

public sealed class OptionsTests : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Each_fault_is_named()
    {
        foreach (var (configure, named) in new (Action<AuditLogOptions>, string)[]
        {
            (options => options.Origin = "", "origin"),
            (options => options.Origin = "with space", "origin"),
            (options => options.Origin = "a+b", "origin"),
            (options => options.Origin = "line\nbreak", "origin"),
            (options => options.Origin = new string('a', 256), "origin"),
            (options => options.Sink = null, "sink"),
            (options => options.Signers.Clear(), "signer"),
            (options => options.CheckpointInterval = TimeSpan.FromMilliseconds(9), "CheckpointInterval"),
            (options => options.CheckpointInterval = TimeSpan.FromDays(2), "CheckpointInterval"),
            (options => options.MaxQueuedEntries = 0, "MaxQueuedEntries"),
            (options => options.MaxQueuedBytes = 65_535, "MaxQueuedBytes"),
            (options => options.MaxClockJump = TimeSpan.Zero, "MaxClockJump"),
        })
        {
            var refusal = await Assert.ThrowsAsync<ArgumentException>(() => AuditLog.OpenAsync(_logs.Options(new InMemorySink(), configure)));
            Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refusal.Message.Split(" (Parameter")[0]);
        }

        Assert.Throws<ArgumentException>(() => new FileSystemSink(" "));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FileSystemSink("x", new FileSystemSinkOptions { JournalCapacity = 1024 }));
        Assert.Throws<ArgumentException>(() => new CheckpointFileObserver(""));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sink_that_a_log_has_or_had_is_refused_and_that_log_goes_on(bool isValid)
    {
        var options = _logs.Options(new FileSystemSink(_logs.LogDirectory));
        await using (var log = await AuditLog.OpenAsync(options))
        {
            await log.AppendAsync(TestLogs.Event(0));
            var again = _logs.Options(options.Sink!, other => other.MaxQueuedEntries = isValid ? other.MaxQueuedEntries : 0);
            var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => AuditLog.OpenAsync(again));
            Assert.Contains("Give each log a sink of its own", refusal.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<AuditLogLockedException>(() => AuditLog.OpenAsync(_logs.Options(new FileSystemSink(_logs.LogDirectory))));
            Assert.Equal(1, (await log.AppendAsync(TestLogs.Event(1))).Index);
            Assert.Equal(2, (await log.FlushAsync()).Checkpoint.Size);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => AuditLog.OpenAsync(options));
    }

    [Fact]
    public async Task A_log_that_is_not_open_or_closed_says_so()
    {
        var log = new AuditLog(_logs.Options(new InMemorySink()));
        await AssertRefusedAsync(log, "not open");
        await log.OpenAsync(CancellationToken.None);
        await log.AppendAsync(TestLogs.Event(0));
        await log.OpenAsync(CancellationToken.None);
        Assert.Equal(1, log.Size);
        await log.DisposeAsync();
        await log.DisposeAsync();
        await AssertRefusedAsync(log, "closed");
        await Assert.ThrowsAsync<ObjectDisposedException>(() => log.OpenAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_sink_keeps_the_options_that_it_was_made_with()
    {
        var options = new FileSystemSinkOptions { JournalPath = Path.Combine(_logs.Root, "journal-1") };
        var sink = new FileSystemSink(_logs.LogDirectory, options);
        options.JournalPath = Path.Combine(_logs.Root, "journal-2");
        await using var log = await AuditLog.OpenAsync(_logs.Options(sink));
        await log.AppendAsync(TestLogs.Event(0));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_logs.Root, "journal-1"), "*.journal"));
        Assert.False(Directory.Exists(options.JournalPath));
    }

    [Fact]
    public async Task A_directory_that_is_a_file_is_refused_with_advice()
    {
        File.WriteAllText(_logs.LogDirectory, "");
        var refusal = await Assert.ThrowsAsync<AuditLogException>(() => _logs.OpenAsync());
        Assert.Contains(_logs.LogDirectory, refusal.Message, StringComparison.Ordinal);
    }

    private static async Task AssertRefusedAsync(AuditLog log, string says)
    {
        Assert.Contains(says, (await Assert.ThrowsAsync<AuditUnavailableException>(async () => await log.AppendAsync(TestLogs.Event(0)))).Message, StringComparison.Ordinal);
        Assert.Throws<AuditUnavailableException>(() => log.Append(TestLogs.Event(0)));
        await Assert.ThrowsAsync<AuditUnavailableException>(async () => await log.AppendAsync([TestLogs.Event(0)]));
        await Assert.ThrowsAsync<AuditUnavailableException>(async () => await log.AppendIfAsync(TestLogs.Event(0), _ => true));
        await Assert.ThrowsAsync<AuditUnavailableException>(async () => await log.FlushAsync());
    }
}
