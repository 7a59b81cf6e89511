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

    [Fact]
    public async Task A_lock_file_that_is_taken_for_a_leftover_and_deleted_lets_no_second_writer_in()
    {
        var pem = Path.Combine(_logs.Root, "key.pem");
        using (var holder = new WriterProcess("hold", _logs.LogDirectory, pem))
        {
            Assert.Equal("open", holder.ReadLine());
            DeleteLock();
            await Assert.ThrowsAsync<AuditLogLockedException>(() => OpenAsync(pem));
            holder.Kill();
        }

        await using (await OpenAsync(pem))
        {
            DeleteLock();
            await Assert.ThrowsAsync<AuditLogLockedException>(() => OpenAsync(pem));
        }

        await using var next = await OpenAsync(pem);
    }

    [Fact]
    public async Task A_process_that_was_started_meanwhile_does_not_hold_the_log_on()
    {
        using var child = new System.Diagnostics.Process
        {
            // Waits for its input.
            StartInfo = new(OperatingSystem.IsWindows() ? "sort" : "cat")
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            },
        };

        await using (await _logs.OpenAsync())
        {
            child.Start();
        }

        await using (await _logs.OpenAsync())
        {
            Assert.False(child.HasExited);
        }

        child.StandardInput.Close();
        await child.WaitForExitAsync();
    }

    /// <summary>Windows does not delete a file that is open.</summary>
    private void DeleteLock()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(Path.Combine(_logs.LogDirectory, "journal", "lock"));
        }
    }

    private async Task<AuditLog> OpenAsync(string pem) => await _logs.OpenAsync(options =>
    {
        options.Signers.Clear();
        options.Signers.Add(ImmutableAudit.Checkpoints.EcdsaNoteSigner.FromPemFile(TestLogs.Origin, pem));
    });
}
