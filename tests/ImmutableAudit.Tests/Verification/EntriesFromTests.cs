using System.Text;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;
using Kind = ImmutableAudit.Verification.VerificationFailureKind;

namespace ImmutableAudit.Tests.Verification;

/// <summary>A log whose oldest entry bundles were given up, while all tiles were kept.</summary>
public sealed class EntriesFromTests : IDisposable
{
    private static readonly TestLog Log = TestLog.Of(1_000);

    private readonly TestKey _key = new(TestLog.Origin);

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task What_is_left_is_verified_and_what_was_not_looked_at_is_counted()
    {
        var reader = Kept(Log, 2);
        Assert.Equal(Kind.Missing, (await Verify.FailureAsync(reader, _key)).Kind);

        var result = await VerifyAsync(reader, 512, since: Log.First(300).Signed(_key));

        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(512, result.EntriesNotRead);
        Assert.Equal((TestLog.Time(512), TestLog.Time(999)), (result.FirstTime, result.LastTime));
        Assert.Equal(300, Assert.Single(result.ConsistentSince).Checkpoint.Checkpoint.Size);
    }

    [Fact]
    public async Task Bundles_below_are_not_read_and_all_tiles_are()
    {
        var reader = new MemoryLogReader(Log, _key);

        var result = await VerifyAsync(reader, 512);

        Assert.True(result.Holds, result.Failure?.Message);
        var read = reader.Reads.ToHashSet(StringComparer.Ordinal);
        Assert.Equal(
            "tile/entries/000 tile/entries/001",
            string.Join(' ', reader.Files.Keys.Where(path => !read.Contains(path)).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(256, 256)]
    [InlineData(768, 768)]
    [InlineData(1_024, 768)]
    [InlineData(long.MaxValue - 255, 768)]
    public async Task The_bundle_at_the_end_is_always_read(long from, long notRead)
    {
        var result = await VerifyAsync(new MemoryLogReader(Log, _key), from);

        Assert.Equal((true, notRead), (result.Holds, result.EntriesNotRead));
        Assert.Equal(0, (await VerifyAsync(new MemoryLogReader(Log.First(0), _key), 256)).EntriesNotRead);
    }

    [Fact]
    public async Task Every_hash_of_every_tile_counts()
    {
        var reader = Kept(Log, 2);
        foreach (var (path, bytes) in reader.Files.Where(file => file.Key.StartsWith("tile/", StringComparison.Ordinal)).ToList())
        {
            for (var at = 0; at < bytes.Length; at += path.StartsWith("tile/entries/", StringComparison.Ordinal) ? 4_096 : 32 * 17)
            {
                reader.Files[path] = [.. bytes[..at], (byte)(bytes[at] ^ 1), .. bytes[(at + 1)..]];

                var failure = (await VerifyAsync(reader, 512)).Failure;

                Assert.Equal(path, failure?.Path);
                Assert.Equal(path.StartsWith("tile/entries/", StringComparison.Ordinal), failure?.Kind is Kind.EntryAltered or Kind.Malformed);
            }

            reader.Files[path] = bytes;
        }

        reader.Files.Remove("tile/0/001");
        Assert.Equal((Kind.Missing, "tile/0/001"), await FailureAsync(reader, 512));
    }

    [Fact]
    public async Task Tiles_that_were_altered_together_show_in_the_one_above_or_the_root()
    {
        var log = TestLog.Of(66_000);
        var altered = new TestLog(log.Entries.Select((entry, i) => i == 700 ? TestLog.Event(7) : entry)).Tiles().ToDictionary(file => file.Path, file => file.Bytes, StringComparer.Ordinal);
        var reader = Kept(log, 256);
        reader.Files["tile/0/002"] = altered["tile/0/002"];
        Assert.Equal((Kind.TileAltered, "tile/0/002"), await FailureAsync(reader, 65_536));

        reader.Files["tile/1/000"] = altered["tile/1/000"];
        Assert.Equal((Kind.TileAltered, "tile/1/000"), await FailureAsync(reader, 65_536));

        reader.Files["tile/2/000.p/1"] = altered["tile/2/000.p/1"];
        Assert.Equal((Kind.Root, null), await FailureAsync(reader, 65_536));
    }

    [Fact]
    public async Task A_history_that_was_rewritten_below_shows()
    {
        var rewritten = new TestLog(Log.Entries.Select((entry, i) => i == 7 ? TestLog.Event(8) : entry));

        var result = await VerifyAsync(Kept(rewritten, 2), 512, since: Log.First(300).Signed(_key));

        Assert.Equal(Kind.Inconsistent, result.Failure?.Kind);
    }

    [Fact]
    public async Task A_proof_with_its_entry_inside_still_holds()
    {
        var proof = AuditProof.Parse(Log.First(400).Proof(17, _key));
        var without = WithoutEntry(proof);
        var rewritten = new TestLog(Log.Entries.Select((entry, i) => i == 17 ? TestLog.Event(18) : entry));

        var result = await VerifyAsync(Kept(Log, 2), 512, proof);

        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(17, Assert.Single(result.Proofs).Index);
        Assert.Equal(Kind.Inconsistent, (await VerifyAsync(Kept(rewritten, 2), 512, proof)).Failure?.Kind);
        await Assert.ThrowsAsync<ArgumentException>(() => VerifyAsync(Kept(Log, 2), 512, without));
        Assert.True((await VerifyAsync(new MemoryLogReader(Log, _key), 0, without)).Holds);
    }

    [Fact]
    public async Task A_proof_without_its_entry_holds_from_the_first_entry_on_that_is_read()
    {
        var first = WithoutEntry(AuditProof.Parse(Log.First(600).Proof(512, _key)));
        var before = WithoutEntry(AuditProof.Parse(Log.First(600).Proof(511, _key)));

        var result = await VerifyAsync(Kept(Log, 2), 512, first);

        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(512, Assert.Single(result.Proofs).Index);
        await Assert.ThrowsAsync<ArgumentException>(() => VerifyAsync(Kept(Log, 2), 512, before));
    }

    [Theory]
    [InlineData(-256)]
    [InlineData(1)]
    [InlineData(255)]
    public async Task Bundles_are_left_out_whole(long from) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => VerifyAsync(new MemoryLogReader(Log, _key), from));

    [Fact]
    public async Task A_visitor_sees_the_entries_from_there_on()
    {
        var seen = new Seen();

        await new LogVerifier(Kept(Log, 2), new LogVerificationOptions { Keys = [_key.Verifier], EntriesFrom = 512 }).VerifyAsync(seen);

        Assert.Equal(Enumerable.Range(512, 488).Select(i => (long)i), seen.Indexes);
    }

    private static AuditProof WithoutEntry(AuditProof proof) =>
        AuditProof.Parse(Encoding.UTF8.GetBytes(string.Join('\n', proof.ToString().Split('\n').Where(line => !line.StartsWith("extra ", StringComparison.Ordinal)))));

    private MemoryLogReader Kept(TestLog log, int bundlesGone)
    {
        var reader = new MemoryLogReader(log, _key);
        for (var i = 0; i < bundlesGone; i++)
        {
            reader.Files.Remove(TestLog.PathOf("entries", i, 256));
        }

        return reader;
    }

    private Task<LogVerificationResult> VerifyAsync(MemoryLogReader reader, long from, AuditProof? proof = null, SignedCheckpoint? since = null) =>
        new LogVerifier(reader, new LogVerificationOptions
        {
            Keys = [_key.Verifier],
            EntriesFrom = from,
            Proofs = proof is null ? [] : [proof],
            Since = since is null ? [] : [since],
        }).VerifyAsync();

    private async Task<(Kind?, string?)> FailureAsync(MemoryLogReader reader, long from)
    {
        var result = await VerifyAsync(reader, from);
        return (result.Failure?.Kind, result.Failure?.Path);
    }

    private sealed class Seen : IEntryVisitor
    {
        public List<long> Indexes { get; } = [];

        public void Visit(IReadOnlyList<VisitedEntry> entries) => Indexes.AddRange(entries.Select(entry => entry.Index));
    }
}
