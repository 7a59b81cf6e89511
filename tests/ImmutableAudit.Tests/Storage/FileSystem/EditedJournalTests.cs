using System.Text;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Tests.Tampering;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>Somebody edits the journal while the log is open (LOG.md L2; README, "what it protects against").</summary>
public sealed class EditedJournalTests : IDisposable
{
    private const int Page = JournalFormat.PageSize;

    private readonly TestLogs _logs = new();

    private string Journal => Directory.GetFiles(Path.Combine(_logs.LogDirectory, "journal"), "*.journal").Single();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_changed_on_disk_before_it_is_published_is_never_signed(bool isResealed)
    {
        await using var log = await _logs.OpenAsync(options => options.CheckpointInterval = TimeSpan.FromDays(1));
        await log.AppendAsync(TestLogs.Event(0, "paid 12.50"));
        await log.AppendAsync(TestLogs.Event(1));
        Edit(bytes =>
        {
            PayMore(bytes);
            if (isResealed)
            {
                JournalEditing.Reseal(bytes);
            }
        });

        var refusal = await Assert.ThrowsAsync<AuditPublicationException>(async () => await log.FlushAsync());
        Assert.IsType<AuditLogCorruptException>(refusal.InnerException);
        await Assert.ThrowsAsync<AuditUnavailableException>(async () => await log.AppendAsync(TestLogs.Event(2)));
        await AssertNothingIsSignedAsync(log);
    }

    [Theory]
    [InlineData("changed", "not those that were committed")]
    [InlineData("in one commit", "not those that were committed")]
    [InlineData("with more behind its entries", "not those that were committed")]
    [InlineData("with another privilege head", "not those that were committed")]
    [InlineData("one more", "not those that were committed")]
    [InlineData("taken away", "3 entries were acknowledged")]
    public async Task What_is_changed_on_disk_before_the_log_recovers_is_not_gone_on_with(string how, string says)
    {
        var sink = new InterceptedSink(new FileSystemSink(_logs.LogDirectory));
        await using var log = await AuditLog.OpenAsync(_logs.Options(sink, options => options.CheckpointInterval = TimeSpan.FromDays(1)));
        await log.AppendAsync(TestLogs.Event(0, "paid 12.50"));
        await log.AppendAsync(TestLogs.Event(1));
        await log.AppendAsync(TestLogs.Event(2));
        sink.Completing = _ => throw new IOException("The disk does not answer.");
        Edit(bytes =>
        {
            switch (how)
            {
                case "changed":
                    PayMore(bytes);
                    JournalEditing.Reseal(bytes);
                    break;
                case "in one commit":
                    Join(bytes);
                    JournalEditing.Reseal(bytes);
                    break;
                case "with more behind its entries":
                    Lengthen(bytes.AsSpan(3 * Page, Page));
                    break;
                case "with another privilege head":
                    JournalEditing.WithPrivilegeHead(bytes, 1);
                    break;
                case "one more":
                    JournalEditing.AppendCopyOfLast(bytes);
                    break;
                default:
                    bytes.AsSpan(3 * Page, Page).Clear();
                    break;
            }
        });

        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(async () => await log.AppendAsync(TestLogs.Event(3)));
        var refusal = await Waiting.ForCorruptionAsync(log);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
        if (how is not ("with another privilege head" or "with more behind its entries" or "one more")) // The entries are those that were committed, there.
        {
            await AssertNothingIsSignedAsync(log);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task In_the_place_of_a_commit_in_doubt_nothing_else_is_gone_on_with(bool isDone)
    {
        var files = new FaultyFiles();
        await using var log = await AuditLog.OpenAsync(_logs.Options(
            new FileSystemSink(_logs.LogDirectory, null, files), options => options.CheckpointInterval = TimeSpan.FromDays(1)));
        await log.AppendAsync(TestLogs.Event(0));
        files.ArmNext(what => what.StartsWith("write", StringComparison.Ordinal) && what.EndsWith(".journal", StringComparison.Ordinal), isDone ? Fault.FailedButDone : Fault.HalfDone);
        files.Before = what =>
        {
            if (what.StartsWith("open Open", StringComparison.Ordinal) && what.EndsWith(".journal", StringComparison.Ordinal))
            {
                files.Before = null;
                Edit(bytes =>
                {
                    bytes.AsSpan(2 * Page, Page).Clear();
                    JournalEditing.AppendCopyOfLast(bytes);
                });
            }
        };
        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(async () => await log.AppendAsync(TestLogs.Event(1)));
        var refusal = await Waiting.ForCorruptionAsync(log);
        Assert.Contains("not those that were committed", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("another privilege head")]
    [InlineData("another time")]
    public async Task The_head_of_a_published_commit_is_that_which_was_committed(string what)
    {
        var sink = new InterceptedSink(new FileSystemSink(_logs.LogDirectory));
        await using var log = await AuditLog.OpenAsync(_logs.Options(sink, options => options.CheckpointInterval = TimeSpan.FromDays(1)));
        await log.AppendAsync(TestLogs.Event(0));
        await log.FlushAsync();
        sink.Completing = _ => throw new IOException("The disk does not answer.");
        Edit(bytes => JournalEditing.WithHeads(bytes, head => what == "another time"
            ? head with { LastTime = new DateTimeOffset(9998, 1, 1, 0, 0, 0, TimeSpan.Zero) }
            : head with { PrivilegeHead = 0 }));

        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(async () => await log.AppendAsync(TestLogs.Event(1)));
        var refusal = await Waiting.ForCorruptionAsync(log);
        Assert.Contains("another time or privilege head", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_changed_on_disk_before_it_is_published_is_not_read_either()
    {
        await using var log = await _logs.OpenAsync(options => options.CheckpointInterval = TimeSpan.FromDays(1));
        await log.AppendAsync(TestLogs.Event(0, "paid 12.50"));
        Assert.Equal("paid 12.50", (await log.ReadAsync().FirstAsync()).Event.Reason);
        Edit(bytes =>
        {
            PayMore(bytes);
            JournalEditing.Reseal(bytes);
        });
        await Assert.ThrowsAsync<AuditLogCorruptException>(async () => await log.ReadAsync().FirstAsync());
    }

    [Fact]
    public async Task Tiles_that_were_changed_together_with_their_bundle_are_not_gone_on_with()
    {
        var files = new FaultyFiles();
        await using var log = await AuditLog.OpenAsync(_logs.Options(
            new FileSystemSink(_logs.LogDirectory, null, files), options => options.CheckpointInterval = TimeSpan.FromDays(1)));
        await log.AppendAsync(TestLogs.Event(0, "paid 12.50"));
        var signed = (await log.FlushAsync()).Checkpoint;
        await log.AppendAsync([.. Enumerable.Range(1, 300).Select(i => TestLogs.Event(i))]);

        // Integrating fails, and begins again at what is on disk.
        files.ArmNext(what => what.StartsWith("rename", StringComparison.Ordinal) && what.Contains("tile", StringComparison.Ordinal), Fault.Failed);
        await Assert.ThrowsAsync<AuditPublicationException>(async () => await log.FlushAsync());
        var bundle = Path.Combine(_logs.LogDirectory, "tile", "entries", "000.p", "1");
        var bytes = await File.ReadAllBytesAsync(bundle);
        PayMore(bytes);
        Write(bundle, bytes);
        Write(Path.Combine(_logs.LogDirectory, "tile", "0", "000.p", "1"), Tile.ToBytes([TreeHasher.HashLeaf(bytes.AsSpan(EntryBundle.LengthPrefix))]));

        var refusal = await Assert.ThrowsAsync<AuditPublicationException>(async () => await log.FlushAsync());
        Assert.IsType<AuditLogCorruptException>(refusal.InnerException);
        Assert.Equal(signed, log.LatestCheckpoint.Checkpoint);
    }

    private static void PayMore(byte[] bytes)
    {
        var at = bytes.AsSpan().IndexOf("paid 12.50"u8);
        "paid 92.50"u8.CopyTo(bytes.AsSpan(at));
    }

    /// <summary>Puts the entries of the second commit behind those of the first, and the third in the second's place.</summary>
    private static void Join(byte[] bytes)
    {
        var records = Enumerable.Range(1, 3).Select(page => bytes.AsSpan(page * Page, Page).ToArray()).ToList();
        var headers = records.ConvertAll(record => JournalFormat.TryReadRecordHeader(record, out var header, out _) ? header : default);
        var (first, second, third) = (headers[0], headers[1], headers[2]);
        records[1].AsSpan(JournalFormat.RecordHeaderSize, second.EntriesLength).CopyTo(records[0].AsSpan(JournalFormat.RecordHeaderSize + first.EntriesLength));
        JournalFormat.SealRecord(records[0], second with { Position = first.Position, Count = 2, EntriesLength = first.EntriesLength + second.EntriesLength });
        JournalFormat.SealRecord(records[2], third with { Position = second.Position });
        records[0].CopyTo(bytes, Page);
        records[2].CopyTo(bytes, 2 * Page);
        bytes.AsSpan(3 * Page, Page).Clear();
    }

    /// <summary>Some more bytes behind the entries of a record, and not one entry more.</summary>
    private static void Lengthen(Span<byte> record)
    {
        Assert.True(JournalFormat.TryReadRecordHeader(record, out var header, out _));
        JournalFormat.SealRecord(record, header with { EntriesLength = header.EntriesLength + 9 });
    }

    private void Edit(Action<byte[]> edit)
    {
        using var file = new FileStream(Journal, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        edit(bytes);
        file.Position = 0;
        file.Write(bytes);
    }

    private static void Write(string path, byte[] bytes)
    {
        File.Delete(path);
        File.WriteAllBytes(path, bytes);
    }

    private async Task AssertNothingIsSignedAsync(AuditLog log)
    {
        Assert.Equal(0, log.LatestCheckpoint.Checkpoint.Size);
        await log.DisposeAsync();
        Assert.Contains("\n0\n", await File.ReadAllTextAsync(Path.Combine(_logs.LogDirectory, "checkpoint"), Encoding.UTF8), StringComparison.Ordinal);
    }
}
