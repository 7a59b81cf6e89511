using System.Text;
using ImmutableAudit.Storage;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Verification;

public sealed class EntryVisitorTests : IDisposable
{
    private readonly TestKey _key = new(TestLog.Origin);

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 4)]
    [InlineData(256, 4)]
    [InlineData(257, 1)]
    [InlineData(10_000, 1)]
    [InlineData(10_000, 4)]
    public async Task It_sees_every_entry_once_and_in_order(int size, int parallel)
    {
        // On disk: what reads it uses its memory again.
        using var directory = new TempDirectory();
        var log = TestLog.Of(size);
        log.WriteTo(directory, _key);
        var (verified, unverified) = (new Seen(), new Seen());

        var result = await Verifier(LogReader.Open(directory), parallel).VerifyAsync(verified);
        var claimed = await UnverifiedLog.ReadAsync(LogReader.Open(directory), unverified);

        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(result.Checkpoint.Bytes.ToArray(), claimed.Bytes.ToArray());
        foreach (var seen in new[] { verified, unverified })
        {
            Assert.Equal(Enumerable.Range(0, size).Select(i => (long)i), seen.Entries.Select(entry => entry.Index));
            Assert.Equal(log.Entries, seen.Entries.Select(entry => entry.Bytes.ToArray()));
            Assert.All(seen.Entries, entry => Assert.Equal((entry.Index, TestLog.Time((int)entry.Index)), (entry.Entry!.Index, entry.Entry.Time)));
            Assert.Equal(log.Leaves.Select(Convert.ToBase64String), seen.Entries.Select(entry => entry.Entry!.LeafHash.ToString()), StringComparer.Ordinal);
            Assert.Equal((size + 255) / 256, seen.Calls);
        }
    }

    [Fact]
    public async Task An_entry_that_is_no_event_is_seen_as_what_it_is()
    {
        var entries = TestLog.Of(300).Entries;
        entries[299] = Encoding.UTF8.GetBytes($$"""{"time":"{{TestLog.Time(299):yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'}}","foreign":1}""");
        var reader = new MemoryLogReader(new TestLog(entries), _key);
        var (verified, unverified) = (new Seen(), new Seen());

        Assert.True((await Verifier(reader).VerifyAsync(verified)).Holds);
        await UnverifiedLog.ReadAsync(reader, unverified);

        foreach (var seen in new[] { verified, unverified })
        {
            Assert.Equal(299, seen.Entries.Count(entry => entry.Entry is not null));
            Assert.Null(seen.Entries[299].Entry);
            Assert.Equal(entries[299], seen.Entries[299].Bytes.ToArray());
        }
    }

    [Fact]
    public async Task Nothing_is_seen_of_a_bundle_that_does_not_match_its_tile_nor_of_what_follows()
    {
        var reader = new MemoryLogReader(TestLog.Of(5000), _key);
        var path = TestLog.PathOf("entries", 7, 256);
        var bytes = reader.Files[path].ToArray();
        bytes[^3] ^= 1;
        reader.Files[path] = bytes;
        var (verified, unverified) = (new Seen(), new Seen());

        var result = await Verifier(reader).VerifyAsync(verified);
        await UnverifiedLog.ReadAsync(reader, unverified);

        Assert.Equal(VerificationFailureKind.EntryAltered, result.Failure?.Kind);
        Assert.Equal(7 * 256, verified.Entries.Count);
        Assert.Equal(5000, unverified.Entries.Count);
    }

    [Fact]
    public async Task Nothing_is_seen_of_a_bundle_before_which_time_ran_backwards()
    {
        var entries = TestLog.Of(600).Entries;
        entries[512] = TestLog.Event(512, second: 3);
        var seen = new Seen();

        var result = await Verifier(new MemoryLogReader(new TestLog(entries), _key)).VerifyAsync(seen);

        Assert.Equal((VerificationFailureKind.Time, 512), (result.Failure?.Kind, seen.Entries.Count));
    }

    [Fact]
    public async Task That_all_was_seen_says_nothing_where_the_root_is_another()
    {
        var (log, other) = (TestLog.Of(300), new TestLog(TestLog.Of(300).Entries.Reverse()));
        var reader = new MemoryLogReader(log.Tiles().Append(("checkpoint", other.Checkpoint(_key))));
        var seen = new Seen();

        var result = await Verifier(reader).VerifyAsync(seen);

        Assert.Equal((false, 300), (result.Holds, seen.Entries.Count));
    }

    [Fact]
    public async Task A_visitor_is_never_called_where_nobody_known_has_signed()
    {
        using var stranger = new TestKey(TestLog.Origin);
        var seen = new Seen();

        var result = await Verifier(new MemoryLogReader(TestLog.Of(300), stranger)).VerifyAsync(seen);

        Assert.Equal((VerificationFailureKind.Signature, 0), (result.Failure?.Kind, seen.Calls));
    }

    [Fact]
    public async Task What_a_visitor_throws_ends_the_pass()
    {
        var reader = new MemoryLogReader(TestLog.Of(5000), _key);
        var thrown = new InvalidOperationException("enough");
        Seen Failing() => new() { OnVisit = calls => _ = calls == 3 ? throw thrown : 0 };

        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidOperationException>(() => Verifier(reader).VerifyAsync(Failing())));
        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidOperationException>(() => UnverifiedLog.ReadAsync(reader, Failing())));
    }

    [Fact]
    public async Task Progress_comes_after_the_visit()
    {
        var reader = new MemoryLogReader(TestLog.Of(1000), _key);
        var seen = new Seen();
        var reports = new List<(long Entries, int Seen)>();
        var progress = new Reports(value => reports.Add((value.Entries, seen.Entries.Count)));

        await Verifier(reader).VerifyAsync(seen, progress);
        await UnverifiedLog.ReadAsync(reader, seen = new Seen(), progress);

        Assert.Equal([0, 256, 512, 768, 1000, 0, 256, 512, 768, 1000], reports.Select(report => report.Entries));
        Assert.All(reports, report => Assert.Equal(report.Entries, report.Seen));
    }

    [Fact]
    public async Task Unverified_what_is_missing_or_malformed_is_said()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var reader = new MemoryLogReader(TestLog.Of(600), _key);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => UnverifiedLog.ReadAsync(reader, new Seen(), null, cancelled.Token));

        reader.Files["tile/entries/001"] = [.. reader.Files["tile/entries/001"], 0];
        Assert.Contains("tile/entries/001", (await Assert.ThrowsAsync<AuditFormatException>(() => UnverifiedLog.ReadAsync(reader, new Seen()))).Message, StringComparison.Ordinal);

        reader.Files.Remove("tile/entries/001");
        Assert.Contains("tile/entries/001", (await Assert.ThrowsAsync<AuditFormatException>(() => UnverifiedLog.ReadAsync(reader, new Seen()))).Message, StringComparison.Ordinal);

        reader.Files["checkpoint"] = [1];
        await Assert.ThrowsAsync<AuditFormatException>(() => UnverifiedLog.ReadAsync(reader, new Seen()));

        reader.Files.Remove("checkpoint");
        await Assert.ThrowsAsync<AuditLogUnreadableException>(() => UnverifiedLog.ReadAsync(reader, new Seen()));
    }

    private LogVerifier Verifier(ILogReader reader, int parallel = 4) =>
        new(reader, new LogVerificationOptions { Keys = [_key.Verifier], MaxDegreeOfParallelism = parallel });

    private sealed class Seen : IEntryVisitor
    {
        public List<VisitedEntry> Entries { get; } = [];

        public int Calls { get; private set; }

        public Action<int>? OnVisit { get; init; }

        public void Visit(IReadOnlyList<VisitedEntry> entries)
        {
            Calls++;
            OnVisit?.Invoke(Calls);
            Entries.AddRange(entries);
        }
    }

    private sealed class Reports(Action<VerificationProgress> report) : IProgress<VerificationProgress>
    {
        public void Report(VerificationProgress value) => report(value);
    }
}
