using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>One writer at a time (LOG.md L17).</summary>
public sealed class WriterLockTests(ITestOutputHelper output) : IDisposable
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

    [UnixFact]
    public async Task A_suspended_writer_keeps_others_out_and_goes_on_when_it_is_woken()
    {
        var pem = Path.Combine(_logs.Root, "key.pem");
        using var holder = new WriterProcess("hold", _logs.LogDirectory, pem);
        Assert.Equal("open", holder.ReadLine());
        holder.Say("a");
        Assert.Equal("0", holder.ReadLine());
        holder.Suspend();
        holder.Say("b");
        var refusal = await Assert.ThrowsAsync<AuditLogLockedException>(() => OpenAsync(pem)).WaitAsync(Waiting.Limit);
        Assert.Contains($"process {holder.Id} on", refusal.Message, StringComparison.Ordinal);
        holder.Resume();
        Assert.Equal("1", holder.ReadLine());
        holder.Say("c");
        Assert.Equal("2", holder.ReadLine());
        Assert.Equal(0, holder.End());
        await using var next = await OpenAsync(pem);
        Assert.Equal("a b c", TestLogs.Labels(await next.ReadAsync().ToListAsync()));
    }

    [UnixFact]
    public async Task A_writer_refuses_to_open_a_log_where_nothing_is_locked()
    {
        var pem = Path.Combine(_logs.Root, "key.pem");
        using (var first = new WriterProcess("append", _logs.LogDirectory, pem, "1"))
        {
            Assert.Equal(0, first.End());
        }

        using (var unlocked = new WriterProcess(("DOTNET_SYSTEM_IO_DISABLEFILELOCKING", "true"), "append", _logs.LogDirectory, pem, "1"))
        {
            Assert.NotEqual(0, unlocked.End());
            Assert.Contains("cannot be locked", await unlocked.Errors, StringComparison.Ordinal);
        }

        await using var next = await OpenAsync(pem);
        Assert.Equal(1, next.Size);
    }

    [Fact]
    public async Task Of_many_that_open_a_log_at_once_one_at_a_time_has_it()
    {
        var open = 0;
        var (opened, refused) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                try
                {
                    await using var log = await _logs.OpenAsync();
                    Assert.Equal(1, Interlocked.Increment(ref open));
                    await log.AppendAsync(TestLogs.Event(Interlocked.Increment(ref opened)));
                    Interlocked.Decrement(ref open);
                }
                catch (AuditLogLockedException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        })));
        output.WriteLine($"{opened} opened, {refused} refused");
        await using var last = await _logs.OpenAsync();
        Assert.Equal(string.Join(' ', Enumerable.Range(1, opened)), TestLogs.Labels(await last.ReadAsync().ToListAsync()));
    }

    [Theory]
    [InlineData("with spaces, 'quotes' & 100%41")]
    [InlineData("ünïcödé-日本語-🧾-e\u0301")]
    [InlineData("-rf")]
    [InlineData("x.p")]
    [InlineData("new\nline")]
    [InlineData("back\\slash \"double\" *?")]
    [InlineData("  spaces around  ")]
    [InlineData("dots...")]
    [InlineData("longest name")]
    [InlineData("very long")]
    public async Task A_log_lives_under_any_name(string name)
    {
        if (OperatingSystem.IsWindows() && name.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0)
        {
            output.WriteLine("Not run: Windows has no such names.");
            return;
        }

        var directory = name == "very long"
            ? Path.Combine([_logs.Root, .. Enumerable.Repeat(new string('n', 200), OperatingSystem.IsWindows() ? 1 : 15)])
            : Path.Combine(_logs.Root, name == "longest name" ? new string('n', 255) : name);
        for (var life = 0; life < 2; life++)
        {
            await using var log = await OpenInAsync(directory);
            for (var i = 0; i < 3; i++)
            {
                await log.AppendAsync([.. Enumerable.Range(0, 100).Select(number => TestLogs.Event(number))]);
            }

            Assert.True((await log.ProveAsync(0)).Verify([_logs.Key]).Holds);
            await Assert.ThrowsAsync<AuditLogLockedException>(() => OpenInAsync(directory));
        }

        var result = await new LogVerifier(LogReader.Open(directory), new LogVerificationOptions { Keys = [_logs.Key] }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(600, result.Checkpoint.Checkpoint.Size);
    }

    [Theory]
    [InlineData(256, 1)]
    [InlineData(200, 60)]
    public async Task A_path_that_is_longer_than_the_system_takes_is_refused_and_leaves_nothing(int name, int depth)
    {
        var directory = Path.Combine([_logs.Root, .. Enumerable.Repeat(new string('n', name), OperatingSystem.IsWindows() ? 200 : depth)]);

        var refused = await Assert.ThrowsAnyAsync<AuditException>(() => OpenInAsync(directory));
        Assert.Contains(directory, refused.Message, StringComparison.Ordinal);
        Assert.Throws<AuditLogUnreadableException>(() => LogReader.Open(directory));
    }

    [Fact]
    public async Task Names_that_differ_in_case_are_one_log_or_two_as_the_file_system_has_it()
    {
        await using var lower = await OpenInAsync(Path.Combine(_logs.Root, "audit"));
        await lower.AppendAsync(TestLogs.Event(0));
        var upper = Path.Combine(_logs.Root, "AUDIT");
        if (Directory.Exists(upper))
        {
            await Assert.ThrowsAsync<AuditLogLockedException>(() => OpenInAsync(upper));
            return;
        }

        await using var other = await OpenInAsync(upper);
        Assert.Equal(0, other.Size);

        // With the same memory beside the key, the second would be a second history of the first.
        await lower.FlushAsync();
        await Assert.ThrowsAsync<AuditLogRollbackException>(() => AuditLog.OpenAsync(_logs.Options(
            new FileSystemSink(Path.Combine(_logs.Root, "Audit")), options => options.Observers.Add(new CheckpointFileObserver(_logs.KeyDirectory)))));
    }

    [UnixFact]
    public async Task Another_name_for_the_directory_is_the_same_log()
    {
        await using var log = await OpenInAsync(_logs.LogDirectory);
        var alias = Path.Combine(_logs.Root, "alias");
        Directory.CreateSymbolicLink(alias, _logs.LogDirectory);
        await Assert.ThrowsAsync<AuditLogLockedException>(() => OpenInAsync(alias));
        await Assert.ThrowsAsync<AuditLogLockedException>(() => OpenInAsync(Path.Combine(alias, "..", "log", ".")));
        await log.AppendAsync(TestLogs.Event(0));
    }

    [Fact]
    public async Task The_journal_may_be_named_where_it_is_anyway()
    {
        var path = Path.Combine(_logs.LogDirectory, "journal") + Path.DirectorySeparatorChar;
        for (var life = 0; life < 2; life++)
        {
            await using var log = await AuditLog.OpenAsync(
                _logs.Options(new FileSystemSink(_logs.LogDirectory, new FileSystemSinkOptions { JournalPath = path })));
            Assert.Equal(life, (await log.AppendAsync(TestLogs.Event(0))).Index);
        }
    }

    private Task<AuditLog> OpenInAsync(string directory) => AuditLog.OpenAsync(_logs.Options(
        new FileSystemSink(directory),
        options =>
        {
            if (directory.EndsWith("audit", StringComparison.Ordinal))
            {
                options.Observers.Add(new CheckpointFileObserver(_logs.KeyDirectory));
            }
        }));

    private async Task<AuditLog> OpenAsync(string pem) => await _logs.OpenAsync(options =>
    {
        options.Signers.Clear();
        options.Signers.Add(ImmutableAudit.Checkpoints.EcdsaNoteSigner.FromPemFile(TestLogs.Origin, pem));
    });
}
