using System.Text.Json;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>Torn is dropped and told of; damaged is refused, and nothing is changed (LOG.md L2, L3).</summary>
public sealed class DamagedJournalTests : IDisposable
{
    private const int Page = 4096;

    private readonly TestLogs _logs = new();

    public static TheoryData<string> Damages => ["cut", "zeroed from the middle", "garbled header", "garbled entry", "garbled padding"];

    private string Journal => Path.Combine(_logs.LogDirectory, "journal");

    private string Segment => Directory.GetFiles(Journal, "*.journal").Order(StringComparer.Ordinal).Last();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_torn_last_commit_is_dropped_kept_aside_and_told_of_once(string damage)
    {
        await LeaveAsync();
        Damage(page: 6, damage);
        var torn = File.ReadAllBytes(Segment)[(6 * Page)..];

        for (var i = 0; i < 3; i++)
        {
            await using var log = await _logs.OpenAsync();
            var entries = await log.ReadAsync().ToListAsync();
            Assert.Equal("0 1 2 3 4 -", TestLogs.Labels(entries));
            AssertTellsOfRecovery(entries[5], from: 3, to: 5, dropped => dropped is > 0 and <= Page);
        }

        var aside = Assert.Single(Directory.GetFiles(Journal, "*.dropped-at-*"));
        var kept = File.ReadAllBytes(aside);
        Assert.Equal(torn[..kept.Length], kept);
        Assert.All(torn[kept.Length..], rest => Assert.Equal(0, rest));
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Several_damaged_commits_at_the_end_are_corruption_as_the_second_follows_the_first(string damage)
    {
        // It was begun when that in front of it was flushed: a power failure cannot have damaged both.
        await LeaveAsync();
        Damage(page: 5, "garbled entry");
        Damage(page: 6, damage);
        await AssertRefusedAsync<AuditLogCorruptException>();
    }

    [Fact]
    public async Task A_damaged_commit_is_torn_where_what_lies_behind_it_does_not_follow()
    {
        await LeaveAsync();
        Damage(page: 5, "garbled entry");
        DirectoryState.Edit(Segment, bytes =>
        {
            bytes[(6 * Page) + 56] ^= 1; // The checksum of the record before.
            return bytes;
        });
        var torn = File.ReadAllBytes(Segment)[(5 * Page)..];

        for (var i = 0; i < 2; i++)
        {
            await using var log = await _logs.OpenAsync();
            var entries = await log.ReadAsync().ToListAsync();
            Assert.Equal("0 1 2 3 -", TestLogs.Labels(entries));
            AssertTellsOfRecovery(entries[4], from: 3, to: 4, dropped => dropped is > Page and <= 2 * Page);
        }

        var kept = File.ReadAllBytes(Assert.Single(Directory.GetFiles(Journal, "*.dropped-at-*")));
        Assert.Equal(torn[..kept.Length], kept);
    }

    [Fact]
    public async Task What_is_dropped_is_told_of_although_the_disk_is_full_at_first()
    {
        await LeaveAsync();
        Damage(page: 6, "garbled entry");
        var sink = new InterceptedSink(new FileSystemSink(_logs.LogDirectory)) { Completing = _ => throw new AuditUnavailableException("The disk is full.") };
        await Assert.ThrowsAsync<AuditUnavailableException>(() => AuditLog.OpenAsync(_logs.Options(sink)));

        await using var log = await _logs.OpenAsync();
        var entries = await log.ReadAsync().ToListAsync();
        Assert.Equal("0 1 2 3 4 -", TestLogs.Labels(entries));

        // What was opened in vain has published nothing: what was dropped was not on record yet.
        AssertTellsOfRecovery(entries[5], from: 3, to: 5, dropped => dropped > 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3155378975999999999)]
    public async Task A_journal_that_lies_about_the_last_time_is_refused(long ticks)
    {
        await using (var log = await _logs.OpenAsync())
        {
            await log.AppendAsync(TestLogs.Event(0));
        }

        await using (await _logs.OpenAsync())
        {
        }

        // The header's checksum needs no key: who can write here can make it right again.
        DirectoryState.Edit(Segment, bytes =>
        {
            Assert.True(JournalFormat.TryReadSegmentHeader(bytes, out var header, out _));
            var lying = header with { Start = header.Start with { LastTime = new DateTimeOffset(ticks, TimeSpan.Zero) } };
            JournalFormat.WriteSegmentHeader(bytes.AsSpan(0, Page), lying);
            return bytes;
        });
        await Assert.ThrowsAsync<AuditLogCorruptException>(() => _logs.OpenAsync());
        await Assert.ThrowsAsync<AuditLogCorruptException>(() => _logs.OpenAsync());
    }

    [Fact]
    public async Task A_last_commit_of_which_nothing_arrived_leaves_nothing_to_tell_of()
    {
        await LeaveAsync();
        DirectoryState.Edit(Segment, bytes => bytes[..(6 * Page)]);

        await using var log = await _logs.OpenAsync();
        Assert.Equal("0 1 2 3 4", TestLogs.Labels(await log.ReadAsync().ToListAsync()));
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_commit_with_an_intact_one_behind_it_is_corruption(string damage)
    {
        if (damage != "cut")
        {
            await LeaveAsync();
            Damage(page: 4, damage);
            await AssertRefusedAsync<AuditLogCorruptException>();
        }
    }

    [Fact]
    public async Task A_changed_commit_whose_checksum_was_made_right_is_corruption_as_the_last_one_does_not_follow_it()
    {
        await LeaveAsync();
        DirectoryState.Edit(Segment, bytes =>
        {
            var record = bytes.AsSpan(5 * Page, Page);
            record[111] ^= 1;
            Assert.True(JournalFormat.TryReadRecordHeader(record, out var header, out _));
            JournalFormat.SealRecord(record, header);
            return bytes;
        });
        await AssertRefusedAsync<AuditLogCorruptException>();
    }

    [Theory]
    [InlineData(0, "damaged header")]
    [InlineData(2, "checkpoint is of size 3")]
    public async Task A_journal_that_cannot_be_read_up_to_the_checkpoint_is_corruption(int page, string says)
    {
        await LeaveAsync();
        DirectoryState.Edit(Segment, bytes => [.. bytes[..((page * Page) + 20)], 0xFF]);
        var refusal = await AssertRefusedAsync<AuditLogCorruptException>();
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_that_is_gone_is_corruption()
    {
        await LeaveAsync();
        File.Delete(Segment);
        await AssertRefusedAsync<AuditLogCorruptException>();

        // A copy that was made for reading (L16) stays as it is.
        Directory.Delete(Journal, recursive: true);
        await AssertRefusedAsync<AuditLogCorruptException>();
        Assert.False(Directory.Exists(Journal));
    }

    [Fact]
    public async Task A_journal_newer_than_the_checkpoint_is_corruption()
    {
        await using (var log = await _logs.OpenAsync())
        {
            await log.AppendAsync(TestLogs.Event(0));
        }

        var old = File.ReadAllBytes(Path.Combine(_logs.LogDirectory, "checkpoint"));
        for (var i = 0; i < 2; i++)
        {
            await using var log = await _logs.OpenAsync();
            await log.AppendAsync(TestLogs.Event(1));
        }

        Directory.Delete(_logs.KeyDirectory, recursive: true);
        File.WriteAllBytes(Path.Combine(_logs.LogDirectory, "checkpoint"), old);
        await AssertRefusedAsync<AuditLogCorruptException>();
    }

    [Fact]
    public async Task A_journal_of_another_log_is_refused()
    {
        await LeaveAsync();
        var other = Path.Combine(_logs.Root, "other");
        await using (await AuditLog.OpenAsync(_logs.Options(new FileSystemSink(other), options =>
        {
            options.Origin = "test.example/other";
            options.Signers.Add(_logs.SignerOf(options.Origin));
        })))
        {
        }

        File.Delete(Segment);
        File.Copy(Directory.GetFiles(Path.Combine(other, "journal"), "*.journal").Single(), Path.Combine(Journal, "000000000001.journal"));
        await AssertRefusedAsync<AuditLogMismatchException>();
    }

    [Fact]
    public async Task What_is_owed_to_the_record_is_paid_once_however_often_the_process_dies_before()
    {
        await LeaveAsync();
        Damage(page: 6, "garbled entry");
        for (var i = 0; i < 3; i++)
        {
            await DieBeforeFirstCommitAsync();
        }

        await AssertToldOnceAsync();
    }

    [Fact]
    public async Task What_is_owed_to_the_record_is_paid_also_when_the_process_dies_between_two_segments()
    {
        // A commit is torn; the one behind it, which also tells of that, is too long for the segment that recovery wrote.
        await LeaveAsync();
        var files = new FaultyFiles();
        await using (var log = await OpenAsync(files))
        {
            using var goOn = new ManualResetEventSlim();
            using var stalled = new ManualResetEventSlim();
            var renames = 0;
            bool IsWrite(string what) => what.StartsWith("write", StringComparison.Ordinal) && what.EndsWith(".journal", StringComparison.Ordinal);
            files.ArmNext(IsWrite, Fault.HalfDone);
            files.Before = what =>
            {
                if (what.StartsWith("rename", StringComparison.Ordinal) && what.EndsWith(".journal", StringComparison.Ordinal) && ++renames == 2)
                {
                    files.ArmNext(IsWrite, Fault.Died);
                }
            };
            var torn = log.AppendIfAsync(TestLogs.Event(6, new string('x', 9_000)), _ =>
            {
                stalled.Set();
                return goOn.Wait(Waiting.Limit);
            }).AsTask();
            Assert.True(stalled.Wait(Waiting.Limit));
            var behind = log.AppendAsync([.. Enumerable.Range(7, 7).Select(i => TestLogs.Event(i, new string('x', 60_000)))]).AsTask();
            goOn.Set();
            await Assert.ThrowsAsync<AuditOutcomeUnknownException>(() => torn);
            await Assert.ThrowsAnyAsync<AuditLogException>(() => behind);
            Assert.True(files.IsDead);
        }

        Assert.Equal(2, Directory.GetFiles(Journal, "*.journal").Length);
        await AssertToldOnceAsync();
    }

    /// <summary>A log of three published entries, and others that are committed only, each in a page of its own where they are small.</summary>
    private async Task LeaveAsync()
    {
        var files = new FaultyFiles();
        await using var log = await OpenAsync(files);
        for (var i = 0; i < 6; i++)
        {
            await log.AppendAsync(TestLogs.Event(i, new string('x', 10)));
            if (i == 2)
            {
                await log.FlushAsync();
            }
        }

        files.Arm(files.Operations.Count, Fault.Died);
    }

    private async Task DieBeforeFirstCommitAsync()
    {
        var files = new FaultyFiles();
        var renames = 0;
        files.ArmNext(
            what =>
            {
                renames += what.StartsWith("rename", StringComparison.Ordinal) && what.EndsWith(".journal", StringComparison.Ordinal) ? 1 : 0;
                return renames > 0 && what.StartsWith("write", StringComparison.Ordinal) && what.Contains($"{Number():D12}.journal", StringComparison.Ordinal);

                // Into the newest segment: any write before is preparation.
                long Number() => long.Parse(Path.GetFileNameWithoutExtension(Segment));
            },
            Fault.Died);
        await Assert.ThrowsAnyAsync<AuditLogException>(() => OpenAsync(files));
        Assert.True(files.IsDead);
    }

    private async Task AssertToldOnceAsync()
    {
        for (var i = 0; i < 2; i++)
        {
            await using var log = await _logs.OpenAsync();
            var told = Assert.Single(await log.ReadAsync().Where(entry => entry.Type == "log.recovered").ToListAsync());
            Assert.Equal(log.Size - 1, told.Index);
        }
    }

    private static void AssertTellsOfRecovery(AuditEntry entry, long from, long to, Predicate<long> droppedBytes)
    {
        Assert.Equal("log.recovered", entry.Type);
        var details = JsonDocument.Parse(entry.Event.Details!.Utf8).RootElement;
        Assert.Equal((from, to), (details.GetProperty("from").GetInt64(), details.GetProperty("to").GetInt64()));
        Assert.True(droppedBytes(details.GetProperty("droppedBytes").GetInt64()));
    }

    private void Damage(int page, string damage) => DirectoryState.Edit(Segment, bytes =>
    {
        var at = page * Page;
        switch (damage)
        {
            case "cut":
                return bytes[..(at + 150)];
            case "zeroed from the middle":
                bytes.AsSpan(at + 200, Page - 200).Clear();
                break;
            case "garbled header":
                bytes[at + 33] ^= 0x40;
                break;
            case "garbled entry":
                bytes[at + 111] ^= 1;
                break;
            case "garbled padding":
                bytes[at + Page - 1] ^= 1;
                break;
        }

        return bytes;
    });

    private async Task<T> AssertRefusedAsync<T>()
        where T : Exception
    {
        var before = DirectoryState.Of(_logs.LogDirectory);
        var refusal = await Assert.ThrowsAsync<T>(() => _logs.OpenAsync());
        Assert.Equal(before, DirectoryState.Of(_logs.LogDirectory));
        return refusal;
    }

    private Task<AuditLog> OpenAsync(FaultyFiles files) => AuditLog.OpenAsync(_logs.Options(
        new FileSystemSink(_logs.LogDirectory, new FileSystemSinkOptions { JournalCapacity = FileSystemSinkOptions.MinJournalCapacity }, files),
        options =>
        {
            options.Observers.Add(new CheckpointFileObserver(_logs.KeyDirectory));
            options.CheckpointInterval = TimeSpan.FromDays(1);
        }));
}
