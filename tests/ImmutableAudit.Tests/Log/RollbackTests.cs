using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Log;

/// <summary>The honest writer does not become the forger (LOG.md L18).</summary>
public sealed class RollbackTests : IDisposable
{
    private readonly TestLogs _logs = new();

    public static TheoryData<string> RightEdge => ["tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"];

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task An_older_copy_put_back_is_refused()
    {
        await WriteAsync(10);
        var copy = Path.Combine(_logs.Root, "copy");
        DirectoryState.Copy(_logs.LogDirectory, copy);
        await WriteAsync(10);

        Directory.Delete(_logs.LogDirectory, recursive: true);
        DirectoryState.Copy(copy, _logs.LogDirectory);
        var refusal = await AssertRefusedAsync<AuditLogRollbackException>();
        Assert.Contains("10 published entries, but 20", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_is_gone_is_refused()
    {
        await WriteAsync(10);
        Directory.Delete(_logs.LogDirectory, recursive: true);
        await Assert.ThrowsAsync<AuditLogRollbackException>(() => _logs.OpenAsync());
        await Assert.ThrowsAsync<AuditLogRollbackException>(() => _logs.OpenAsync());
    }

    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(20)]
    public async Task Another_log_with_the_same_key_and_name_is_refused(int size)
    {
        await WriteAsync(10);
        Directory.Delete(_logs.LogDirectory, recursive: true);
        Directory.Move(_logs.KeyDirectory, _logs.KeyDirectory + "-away");
        await WriteAsync(size, "another");
        Directory.Delete(_logs.KeyDirectory, recursive: true);
        Directory.Move(_logs.KeyDirectory + "-away", _logs.KeyDirectory);
        await AssertRefusedAsync<AuditLogRollbackException>();
    }

    [UnixFact]
    public async Task A_memory_that_cannot_be_looked_at_is_not_taken_for_an_empty_one()
    {
        await WriteAsync(10);
        Directory.Move(_logs.KeyDirectory, _logs.KeyDirectory + "-away");
        File.CreateSymbolicLink(_logs.KeyDirectory, _logs.KeyDirectory); // Around and around.
        await AssertRefusedAsync<AuditLogUnreadableException>();
        File.Delete(_logs.KeyDirectory);
    }

    [Fact]
    public async Task A_log_whose_observer_remembers_another_history_takes_no_more()
    {
        await using var log = await _logs.OpenAsync(options => options.CheckpointInterval = TimeSpan.FromDays(1));
        await log.AppendAsync(TestLogs.Event(0));

        // A copy of the log, which was thought dead and is not, has gone further.
        var ahead = await SignedCheckpoint.SignAsync(new Checkpoint(TestLogs.Origin, 7, TreeHasher.HashLeaf([])), [_logs.Signer]);
        await new CheckpointFileObserver(_logs.KeyDirectory).ObserveAsync(ahead);
        await log.FlushAsync();
        AuditUnavailableException? refusal = null;
        await Waiting.ForAsync(async () => (refusal = await Record.ExceptionAsync(() => log.AppendAsync(TestLogs.Event(1)).AsTask()) as AuditUnavailableException) is not null, "the log to be faulted");
        Assert.Contains("does not replace it", refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_taken_away_is_noticed_with_and_without_a_memory_of_it()
    {
        await WriteAsync(300);
        File.Delete(Path.Combine(_logs.LogDirectory, "checkpoint"));
        await AssertRefusedAsync<AuditLogRollbackException>();
        Directory.Delete(_logs.KeyDirectory, recursive: true);
        await AssertRefusedAsync<AuditLogCorruptException>();
        Directory.Delete(Path.Combine(_logs.LogDirectory, "tile"), recursive: true);
        await AssertRefusedAsync<AuditLogCorruptException>();
    }

    [Theory]
    [MemberData(nameof(RightEdge))]
    public async Task A_file_of_the_right_edge_that_was_edited_cut_or_removed_is_corruption(string file)
    {
        await WriteAsync(300);
        var path = Path.Combine(_logs.LogDirectory, file);
        var bytes = File.ReadAllBytes(path);
        foreach (var damaged in new[] { [.. bytes[..^9], (byte)(bytes[^9] ^ 1), .. bytes[^8..]], bytes[..^1], [.. bytes, 0], null })
        {
            File.Delete(path);
            if (damaged is not null)
            {
                File.WriteAllBytes(path, damaged);
            }

            await AssertRefusedAsync<AuditLogCorruptException>();
        }

        File.WriteAllBytes(path, bytes);
        await WriteAsync(1);
    }

    [Fact]
    public async Task Tiles_that_are_gone_and_a_checkpoint_that_is_none_are_corruption()
    {
        await WriteAsync(300);
        Directory.Move(Path.Combine(_logs.LogDirectory, "tile"), Path.Combine(_logs.Root, "tile"));
        await AssertRefusedAsync<AuditLogCorruptException>();
        Directory.Move(Path.Combine(_logs.Root, "tile"), Path.Combine(_logs.LogDirectory, "tile"));
        File.WriteAllText(Path.Combine(_logs.LogDirectory, "checkpoint"), "no checkpoint");
        await AssertRefusedAsync<AuditLogCorruptException>();
    }

    [Fact]
    public async Task Another_name_or_an_unknown_key_is_a_mismatch()
    {
        await WriteAsync(3);
        using var other = new TestLogs();
        await AssertRefusedAsync<AuditLogMismatchException>(options =>
        {
            options.Observers.Clear();
            options.Signers.Clear();
            options.Signers.Add(other.Signer);
        });
        await AssertRefusedAsync<AuditLogMismatchException>(options =>
        {
            options.Origin = "test.example/other";
            options.Signers.Add(_logs.SignerOf(options.Origin));
        });
    }

    [Fact]
    public async Task A_journal_elsewhere_is_found_again_and_missed_when_it_is_gone()
    {
        var journal = Path.Combine(_logs.Root, "a", "b", "journal");
        Task<AuditLog> OpenAsync() => AuditLog.OpenAsync(_logs.Options(new FileSystemSink(_logs.LogDirectory, new FileSystemSinkOptions { JournalPath = journal })));
        for (var i = 0; i < 3; i++)
        {
            await using var log = await OpenAsync();
            Assert.Equal(i, log.Size);
            await log.AppendAsync(TestLogs.Event(i));
            Assert.Single(Directory.GetFiles(journal, "*.journal"));
            Assert.Empty(Directory.GetFiles(_logs.LogDirectory, "*.journal", SearchOption.AllDirectories));
            await Assert.ThrowsAsync<AuditLogLockedException>(() => AuditLog.OpenAsync(_logs.Options(
                new FileSystemSink(_logs.LogDirectory, new FileSystemSinkOptions { JournalPath = journal + "2" }))));
        }

        Directory.Delete(journal, recursive: true);
        await Assert.ThrowsAsync<AuditLogCorruptException>(OpenAsync);
    }

    [Fact]
    public async Task A_sink_that_finds_less_than_was_acknowledged_stops_the_log()
    {
        var sink = new InterceptedSink(new InMemorySink(new InMemoryStore()));
        await using var log = await AuditLog.OpenAsync(_logs.Options(sink));
        await log.AppendAsync([TestLogs.Event(0), TestLogs.Event(1)]);
        sink.Recovered = found => found with { Head = found.Head with { Size = 1 } };
        sink.Completing = _ => throw new IOException("The storage does not answer.");
        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(async () => await log.AppendAsync(TestLogs.Event(2)));
        var refusal = await Waiting.ForCorruptionAsync(log);
        Assert.Contains("found 1 entries", refusal.Message, StringComparison.Ordinal);
    }

    private async Task WriteAsync(int count, string? reason = null)
    {
        await using var log = await _logs.OpenAsync();
        await log.AppendAsync([.. Enumerable.Range(0, count).Select(i => TestLogs.Event(i, reason))]);
    }

    private async Task<T> AssertRefusedAsync<T>(Action<AuditLogOptions>? configure = null)
        where T : Exception
    {
        var before = DirectoryState.Of(_logs.LogDirectory);
        var refusal = await Assert.ThrowsAsync<T>(() => _logs.OpenAsync(configure));
        Assert.Equal(before, DirectoryState.Of(_logs.LogDirectory));
        return refusal;
    }
}
