using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>One writer at a time (LOG.md L17).</summary>
public sealed class WriterLockTests : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_second_writer_in_the_same_process_is_told_who_holds_the_log()
    {
        await using (await _logs.OpenAsync())
        {
            var refusal = await Assert.ThrowsAsync<AuditLogLockedException>(() => _logs.OpenAsync());
            Assert.Contains($"process {Environment.ProcessId} on {Environment.MachineName}", refusal.Message, StringComparison.Ordinal);
        }

        await using var next = await _logs.OpenAsync();
        await next.AppendAsync(TestLogs.Event(0));
    }

    [Fact]
    public async Task A_writer_in_another_process_holds_the_log_until_it_ends_however_it_ends()
    {
        var pem = Path.Combine(_logs.Root, "key.pem");
        using (var holder = new WriterProcess("hold", _logs.LogDirectory, pem))
        {
            Assert.Equal("open", holder.ReadLine());
            var refusal = await Assert.ThrowsAsync<AuditLogLockedException>(() => OpenAsync(pem));
            Assert.Contains($"process {holder.Id} on {Environment.MachineName}", refusal.Message, StringComparison.Ordinal);

            using var second = new WriterProcess("append", _logs.LogDirectory, pem, "1");
            Assert.NotEqual(0, second.End());
            Assert.Contains(nameof(AuditLogLockedException), await second.Errors, StringComparison.Ordinal);
            holder.Kill();
        }

        await using (await OpenAsync(pem))
        {
            using var second = new WriterProcess("append", _logs.LogDirectory, pem, "1");
            Assert.NotEqual(0, second.End());
            Assert.Contains($"process {Environment.ProcessId} on", await second.Errors, StringComparison.Ordinal);
        }

        using var next = new WriterProcess("hold", _logs.LogDirectory, pem);
        Assert.Equal("open", next.ReadLine());
        Assert.Equal(0, next.End());
    }

    private async Task<AuditLog> OpenAsync(string pem) => await _logs.OpenAsync(options =>
    {
        options.Signers.Clear();
        options.Signers.Add(ImmutableAudit.Checkpoints.EcdsaNoteSigner.FromPemFile(TestLogs.Origin, pem));
    });
}
