using System.Text;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>Somebody edits the journal while the log is open (README, "what it protects against").</summary>
public sealed class EditedJournalTests : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task What_is_changed_on_disk_before_it_is_published_is_never_signed()
    {
        await using var log = await _logs.OpenAsync(options => options.CheckpointInterval = TimeSpan.FromDays(1));
        await log.AppendAsync(TestLogs.Event(0, "paid 12.50"));
        var journal = Directory.GetFiles(Path.Combine(_logs.LogDirectory, "journal"), "*.journal").Single();
        using (var file = new FileStream(journal, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            file.Position = bytes.AsSpan().IndexOf("paid 12.50"u8);
            file.Write("paid 92.50"u8);
        }

        var refusal = await Assert.ThrowsAsync<AuditPublicationException>(async () => await log.FlushAsync());
        Assert.IsType<AuditLogCorruptException>(refusal.InnerException);
        await Assert.ThrowsAsync<AuditUnavailableException>(async () => await log.AppendAsync(TestLogs.Event(1)));
        Assert.Equal(0, log.LatestCheckpoint.Checkpoint.Size);
        await log.DisposeAsync();
        Assert.Contains("\n0\n", await File.ReadAllTextAsync(Path.Combine(_logs.LogDirectory, "checkpoint"), Encoding.UTF8), StringComparison.Ordinal);
    }
}
