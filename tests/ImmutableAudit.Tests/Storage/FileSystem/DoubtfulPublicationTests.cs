using System.Text;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>A publication that failed, or took effect although it was told as failed, and what fails next (LOG.md L22).</summary>
public sealed class DoubtfulPublicationTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly FaultyFiles _files = new();

    private string Checkpoint => Path.Combine(_logs.LogDirectory, "checkpoint");

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData(nameof(Fault.Failed))]
    [InlineData(nameof(Fault.FailedButDone))]
    public async Task A_log_that_recovers_before_it_is_known_goes_on(string fault)
    {
        var partial = Path.Combine(_logs.LogDirectory, "tile", "0", "000.p");
        await using (var log = await OpenAsync())
        {
            await AppendAsync(log, 100);
            await log.FlushAsync();
            Assert.True(Directory.Exists(partial));
            await AppendAsync(log, 200);
            _files.ArmNext(what => what == $"rename {Checkpoint}", Enum.Parse<Fault>(fault));
            await Assert.ThrowsAsync<AuditPublicationException>(async () => await log.FlushAsync());
            await FailToAppendAsync(log);
            Assert.Equal(300, await log.ReadAsync().CountAsync());
            await RecoveredAsync(log);
            await AppendAsync(log, 300);
            Assert.Equal(log.Size, (await log.FlushAsync()).Checkpoint.Size);
            Assert.False(Directory.Exists(partial));
        }

        await AssertWholeAsync(600);
    }

    [Theory]
    [InlineData(nameof(Fault.Failed))]
    [InlineData(nameof(Fault.FailedButDone))]
    public async Task A_log_that_recovers_when_it_has_published_more_than_it_was_told_goes_on(string fault)
    {
        await using (var log = await OpenAsync())
        {
            await AppendAsync(log, 2_000); // More than the first segment holds.
            await AppendAsync(log, 10);
            _files.ArmNext(what => what.StartsWith("delete", StringComparison.Ordinal) && what.EndsWith(".journal", StringComparison.Ordinal), Enum.Parse<Fault>(fault));
            await Assert.ThrowsAsync<AuditPublicationException>(async () => await log.FlushAsync());
            Assert.Equal(0, log.LatestCheckpoint.Checkpoint.Size);
            Assert.Contains("\n2010\n", await File.ReadAllTextAsync(Checkpoint, Encoding.UTF8), StringComparison.Ordinal);
            await FailToAppendAsync(log);
            await RecoveredAsync(log);
            await AppendAsync(log, 5);
            Assert.Equal(log.Size, (await log.FlushAsync()).Checkpoint.Size);
        }

        await AssertWholeAsync(2_015);
    }

    [Theory]
    [InlineData("\n1000000\n", false)]
    [InlineData("\n1000000\n", true)]
    [InlineData("garbage", false)]
    [InlineData("garbage", true)]
    public async Task A_checkpoint_that_somebody_put_there_meanwhile_is_not_taken_for_either(string size, bool recovers)
    {
        await using var log = await OpenAsync();
        await AppendAsync(log, 2_000); // More than the first segment holds.
        await AppendAsync(log, 10);
        _files.ArmNext(what => what == $"rename {Checkpoint}", Fault.Failed);
        await Assert.ThrowsAsync<AuditPublicationException>(async () => await log.FlushAsync());
        var text = await File.ReadAllTextAsync(Checkpoint, Encoding.UTF8);
        var journals = Directory.GetFiles(Path.Combine(_logs.LogDirectory, "journal"), "*.journal");
        File.Delete(Checkpoint);
        await File.WriteAllTextAsync(Checkpoint, text.Replace("\n0\n", size, StringComparison.Ordinal), Encoding.UTF8);

        if (recovers)
        {
            await FailToAppendAsync(log);
            await Waiting.ForCorruptionAsync(log);
        }
        else
        {
            var refusal = await Assert.ThrowsAsync<AuditPublicationException>(async () => await log.FlushAsync());
            Assert.IsType<AuditLogCorruptException>(refusal.InnerException);
        }

        Assert.InRange(journals.Length, 2, int.MaxValue);
        Assert.Equal(journals, Directory.GetFiles(Path.Combine(_logs.LogDirectory, "journal"), "*.journal"));
        Assert.Equal(0, log.LatestCheckpoint.Checkpoint.Size);
    }

    private Task<AuditLog> OpenAsync() => AuditLog.OpenAsync(_logs.Options(
        new FileSystemSink(_logs.LogDirectory, null, _files), options => options.CheckpointInterval = TimeSpan.FromDays(1)));

    private static async Task AppendAsync(AuditLog log, int count) => await log.AppendAsync([.. Enumerable.Range(0, count).Select(i => TestLogs.Event(i))]);

    private static Task RecoveredAsync(AuditLog log) => Waiting.ForAsync(
        async () => await Record.ExceptionAsync(async () => await log.FlushAsync()) is not AuditUnavailableException, "recovery");

    /// <summary>A commit of which nothing is there, though that is not known.</summary>
    private async Task FailToAppendAsync(AuditLog log)
    {
        _files.ArmNext(what => what.StartsWith("write", StringComparison.Ordinal) && what.Contains(".journal", StringComparison.Ordinal), Fault.Failed);
        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(async () => await log.AppendAsync(TestLogs.Event(0)));
    }

    private async Task AssertWholeAsync(long size)
    {
        await using var again = await _logs.OpenAsync();
        Assert.Equal(size, again.LatestCheckpoint.Checkpoint.Size);
        Assert.Equal(size, await again.ReadAsync().CountAsync());
    }
}
