using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Load;

/// <summary>A disk that is full for a while: files cannot grow, what they have already can be written to.</summary>
public class FullDiskTests : IDisposable
{
    private const long Capacity = FileSystemSinkOptions.MinJournalCapacity;

    private readonly TestLogs _logs = new();
    private readonly FaultyFiles _files = new();
    private readonly LogLines _reported = new();
    private volatile string? _full;

    public FullDiskTests() => _files.IsFullFor = path => _full is { } part && path.Replace('\\', '/').Contains(part, StringComparison.Ordinal);

    private protected virtual CommitDurability Durability => CommitDurability.Flushed;

    public void Dispose()
    {
        _logs.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task While_the_journal_cannot_grow_appends_fail_with_nothing_done_and_once_there_is_space_they_do_not()
    {
        await using var log = await OpenAsync(TimeSpan.FromDays(1));
        using var end = new AtEnd(() => _full = null);
        var labels = new List<string>();
        for (var outage = 0; outage < 3; outage++)
        {
            _full = "/journal/";
            var refused = 0;
            for (var i = 0; refused < 5; i++)
            {
                Assert.True(i < 100, "The journal grew on a full disk.");
                try
                {
                    // There may be space left that the journal has taken before.
                    await log.AppendAsync(Event($"{outage}-{i}"));
                    labels.Add($"{outage}-{i}");
                }
                catch (AuditUnavailableException e)
                {
                    Assert.Contains("No space left", e.Message, StringComparison.Ordinal);
                    refused++;
                }
            }

            // Reading works meanwhile.
            Assert.Equal(string.Join(' ', labels), TestLogs.Labels(await log.ReadAsync().ToListAsync()));

            _full = null;
            await log.AppendAsync(Event($"{outage}-after"));
            labels.Add($"{outage}-after");
        }

        await CheckAsync(log, labels);
    }

    [Fact]
    public async Task While_nothing_can_be_published_appends_go_on_until_the_journal_is_full_then_wait_and_go_on_by_themselves()
    {
        var labels = Enumerable.Range(0, 60).Select(i => $"{i}").ToList();
        await using var log = await OpenAsync(TimeSpan.FromMilliseconds(10));
        using var end = new AtEnd(() => _full = null);
        _full = "/tile/";

        // One commit each, as long as there is room; the rest is appended at once.
        var appends = new List<Task<AuditReceipt>>();
        while (!_reported.Contain("journal is full"))
        {
            appends.Add(log.AppendAsync(Event(labels[appends.Count])).AsTask());
            await Waiting.ForAsync(() => appends[^1].IsCompleted || _reported.Contain("journal is full"), "the append, or a full journal");
        }

        Assert.InRange(appends.Count, 10, (int)(Capacity / 60_000) + 1);
        appends.AddRange(labels.Skip(appends.Count).Select(label => log.AppendAsync(Event(label)).AsTask()));
        var attempts = Attempts();
        await Waiting.ForAsync(() => Attempts() > attempts + 3, "publication to be tried again");
        Assert.DoesNotContain(appends.Skip((int)(Capacity / 60_000) + 1), append => append.IsCompleted);
        Assert.DoesNotContain(appends, append => append.IsFaulted);
        await Assert.ThrowsAsync<AuditPublicationException>(async () => await log.ProveAsync(0));
        Assert.Equal(0, log.LatestCheckpoint.Checkpoint.Size);
        var waiting = JournalLength();

        _full = null;
        var receipts = await Task.WhenAll(appends).WaitAsync(Waiting.Limit);
        Assert.Equal(Enumerable.Range(0, labels.Count).Select(i => (long)i), receipts.Select(receipt => receipt.Index));
        await CheckAsync(log, labels);

        // Space that is filled ahead comes on top.
        Assert.True(waiting <= Capacity + (Capacity / 4), $"The journal took {waiting} bytes of {Capacity}.");
    }

    [SmallDiskFact]
    public async Task On_a_disk_that_is_really_full_nothing_acknowledged_is_lost_and_all_goes_on_once_there_is_space()
    {
        using var disk = new SmallDisk(_logs.LogDirectory, mebibytes: 20);
        var other = Path.Combine(_logs.LogDirectory, "somebody-elses");
        await File.WriteAllBytesAsync(other, new byte[14 * 1024 * 1024]);
        var labels = new List<string>();
        await using (var log = await OpenRealAsync())
        {
            for (var refused = 0; refused < 5;)
            {
                Assert.True(labels.Count < 300, "The journal grew on a full disk.");
                try
                {
                    await log.AppendAsync(Event($"{labels.Count}"));
                    labels.Add($"{labels.Count}");
                }
                catch (AuditUnavailableException e)
                {
                    Assert.Matches("No space left|disk was full", e.Message);
                    refused++;
                }
            }

            // Nor is there space for tiles. What is committed can be read.
            await Assert.ThrowsAsync<AuditPublicationException>(async () => await log.FlushAsync());
            Assert.Equal(string.Join(' ', labels), TestLogs.Labels(await log.ReadAsync().ToListAsync()));

            File.Delete(other);
            await log.AppendAsync(Event($"{labels.Count}"));
            labels.Add($"{labels.Count}");
            await CheckAsync(log, labels);
        }

        await using var again = await OpenRealAsync();
        Assert.Equal(labels.Count, again.LatestCheckpoint.Checkpoint.Size);
    }

    private Task<AuditLog> OpenRealAsync() => AuditLog.OpenAsync(_logs.Options(
        new FileSystemSink(_logs.LogDirectory, new FileSystemSinkOptions { JournalCapacity = 16 * Capacity, Durability = Durability }),
        options =>
        {
            options.CheckpointInterval = TimeSpan.FromDays(1);
            options.MaxQueuedEntries = 1;
        }));

    private int Attempts() => _files.Operations.Count(what => what.StartsWith("open Create", StringComparison.Ordinal) && what.Replace('\\', '/').Contains("/tile/", StringComparison.Ordinal));

    private long JournalLength() => new DirectoryInfo(Path.Combine(_logs.LogDirectory, "journal")).EnumerateFiles().Where(file => !file.Name.StartsWith("lock", StringComparison.Ordinal)).Sum(file => file.Length);

    private async Task CheckAsync(AuditLog log, List<string> labels)
    {
        Assert.Equal(string.Join(' ', labels), TestLogs.Labels(await log.ReadAsync().ToListAsync()));
        await log.FlushAsync();
        var result = await new LogVerifier(LogReader.Open(_logs.LogDirectory), new LogVerificationOptions { Keys = [_logs.Key] }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(labels.Count, result.Checkpoint.Checkpoint.Size);
    }

    /// <summary>Of 60 kB.</summary>
    private static AuditEvent Event(string label) => TestLogs.Event(0, new string('x', 60_000)) with
    {
        Resource = new AuditResource { Type = "label", Id = label },
    };

    private Task<AuditLog> OpenAsync(TimeSpan interval) => AuditLog.OpenAsync(_logs.Options(
        new FileSystemSink(_logs.LogDirectory, new FileSystemSinkOptions { JournalCapacity = Capacity, Durability = Durability }, _files),
        options =>
        {
            options.CheckpointInterval = interval;
            options.LoggerFactory = _reported;

            // Commits of one or two entries, so that the journal fills up evenly.
            options.MaxQueuedEntries = 1;
        }));
}

/// <summary>The same where commits are buffered: space is set aside before anything is written.</summary>
public sealed class FullDiskWhileBufferedTests : FullDiskTests
{
    private protected override CommitDurability Durability => CommitDurability.Buffered;
}
