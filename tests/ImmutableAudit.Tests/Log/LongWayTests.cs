using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Log;

/// <summary>Much that is committed and not yet published, and the files that the journal leaves (LOG.md L12, L22).</summary>
public sealed class LongWayTests : IDisposable
{
    private readonly TestLogs _logs = new();

    private string Journal => Path.Combine(_logs.LogDirectory, "journal");

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_long_way_is_published_in_steps_each_with_a_checkpoint()
    {
        var sizes = new List<long>();
        var files = new FaultyFiles();
        await using var log = await AuditLog.OpenAsync(_logs.Options(
            new FileSystemSink(_logs.LogDirectory, null, files), options => options.CheckpointInterval = TimeSpan.FromDays(1)));
        var checkpoint = Path.Combine(_logs.LogDirectory, "checkpoint");
        files.Before = what =>
        {
            if (what == $"flush directory {_logs.LogDirectory}")
            {
                sizes.Add(long.Parse(File.ReadAllLines(checkpoint)[1]));
            }
        };
        var batch = Enumerable.Repeat(EncodedEvent.Create(TestLogs.Event(0)), 10_000).ToArray();
        for (var i = 0; i < 15; i++)
        {
            await log.AppendAsync(batch);
        }

        await log.FlushAsync();
        Assert.Equal([70_000L, 140_000, 150_000], sizes.Where(size => size > 0).Distinct());
        var verifier = new LogVerifier(new DirectoryLogReader(_logs.LogDirectory), new LogVerificationOptions { Keys = [_logs.Key] });
        Assert.True((await verifier.VerifyAsync()).Holds);
    }

    [Fact]
    public async Task A_closed_log_holds_no_space_for_more_and_a_leftover_of_it_does_no_harm()
    {
        await using (var log = await _logs.OpenAsync())
        {
            // More than half of the first segment: the next is made ready.
            await log.AppendAsync([.. Enumerable.Range(0, 3).Select(i => TestLogs.Event(i, new string('x', 60_000)))]);
        }

        var segment = Assert.Single(Directory.GetFiles(Journal, "*.journal"));
        Assert.InRange(new FileInfo(segment).Length, 180_000, 200_000);
        Assert.Empty(Directory.GetFiles(Journal, "*.tmp"));

        await File.WriteAllTextAsync(Path.Combine(Journal, "next.tmp"), "left by a process that was killed");
        await using (var log = await _logs.OpenAsync())
        {
            await log.AppendAsync([.. Enumerable.Range(3, 20).Select(i => TestLogs.Event(i, new string('x', 60_000)))]);
            Assert.Equal(string.Join(' ', Enumerable.Range(0, 23)), TestLogs.Labels(await log.ReadAsync().ToListAsync()));
        }

        Assert.Empty(Directory.GetFiles(Journal, "*.tmp"));
    }

    [Fact]
    public async Task What_was_to_be_ready_and_could_not_be_made_is_made_when_it_is_needed()
    {
        var files = new FaultyFiles();
        await using var log = await AuditLog.OpenAsync(_logs.Options(new FileSystemSink(_logs.LogDirectory, null, files)));
        var failed = 0;
        files.ArmNext(
            what =>
            {
                var isMadeReady = what.StartsWith("write", StringComparison.Ordinal) && what.EndsWith("next.tmp", StringComparison.Ordinal);
                failed += isMadeReady ? 1 : 0;
                return isMadeReady;
            },
            Fault.HalfDone);
        for (var i = 0; i < 20; i++)
        {
            await log.AppendAsync(TestLogs.Event(i, new string('x', 60_000)));
        }

        Assert.Equal(1, failed);
        Assert.Equal(string.Join(' ', Enumerable.Range(0, 20)), TestLogs.Labels(await log.ReadAsync().ToListAsync()));
    }
}
