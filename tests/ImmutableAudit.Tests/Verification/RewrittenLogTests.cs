using System.Text;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;
using Kind = ImmutableAudit.Verification.VerificationFailureKind;

namespace ImmutableAudit.Tests.Verification;

/// <summary>Somebody who can sign changes a log: every file fits every other, and only what was kept earlier tells.</summary>
public sealed class RewrittenLogTests : IDisposable
{
    // All of one time, so that it does not tell either.
    private static readonly TestLog Log = new(Enumerable.Range(0, 40).Select(i => TestLog.Event(i, second: 0)));

    private readonly TestKey _key = new(TestLog.Origin);

    public void Dispose() => _key.Dispose();

    public static TheoryData<string, byte[][]> Rewritten => new()
    {
        { "removed", [.. Log.Entries[..5], .. Log.Entries[6..], TestLog.Event(40, second: 0)] },
        { "inserted", [.. Log.Entries[..5], TestLog.Event(41, second: 0), .. Log.Entries[5..]] },
        { "swapped", [.. Log.Entries[..5], Log.Entries[6], Log.Entries[5], .. Log.Entries[7..]] },
        { "altered", [.. Log.Entries[..5], TestLog.Event(42, second: 0), .. Log.Entries[6..]] },
    };

    [Theory]
    [MemberData(nameof(Rewritten))]
    public async Task Rewriting_shows_against_a_checkpoint_kept_from_before(string how, byte[][] entries)
    {
        var rewritten = new TestLog(entries);
        var reader = new MemoryLogReader(rewritten, _key);

        Assert.True((await Verify.LogAsync(reader, _key)).Holds, how);
        Assert.True((await Verify.LogAsync(reader, _key, Log.First(5).Signed(_key))).Holds, how);
        foreach (var size in new[] { 6, 32, 40 }.Skip(how == "swapped" ? 1 : 0))
        {
            var failure = await Verify.FailureAsync(reader, _key, Log.First(size).Signed(_key));

            Assert.Equal(Kind.Inconsistent, failure.Kind);
            Assert.Equal(Convert.ToBase64String(Log.First(size).Root), failure.Expected);
            Assert.Equal(Convert.ToBase64String(rewritten.First(size).Root), failure.Found);
        }
    }

    [Theory]
    [MemberData(nameof(Rewritten))]
    public async Task Rewriting_shows_against_a_proof_kept_from_before(string how, byte[][] entries)
    {
        var options = Proving(Log.Proof(30, _key));

        var result = await new LogVerifier(new MemoryLogReader(new TestLog(entries), _key), options).VerifyAsync();

        Assert.True(result.Failure?.Kind == Kind.Inconsistent, how);
    }

    [Fact]
    public async Task A_tail_cut_off_shows_against_a_checkpoint_and_against_a_proof()
    {
        var reader = new MemoryLogReader(Log.First(30), _key);

        var sinceCheckpoint = await Verify.FailureAsync(reader, _key, Log.Signed(_key));
        var sinceProof = (await new LogVerifier(reader, Proving(Log.Proof(7, _key))).VerifyAsync()).Failure;

        Assert.True((await Verify.LogAsync(reader, _key)).Holds);
        Assert.Equal((Kind.Shorter, "40 entries or more", "30 entries"), (sinceCheckpoint.Kind, sinceCheckpoint.Expected, sinceCheckpoint.Found));
        Assert.Equal(Kind.Shorter, sinceProof?.Kind);
    }

    [Fact]
    public async Task Two_histories_shown_to_two_auditors_show_once_one_sees_what_the_other_kept()
    {
        // One key, one name, one beginning: each of them is as good as the other.
        TestLog[] histories = [Log, new([.. Log.Entries[..30], .. Enumerable.Range(50, 10).Select(i => TestLog.Event(i, second: 0))])];
        foreach (var (shown, other) in new[] { (histories[0], histories[1]), (histories[1], histories[0]) })
        {
            var reader = new MemoryLogReader(shown, _key);
            Assert.True((await Verify.LogAsync(reader, _key)).Holds);
            Assert.True((await Verify.LogAsync(reader, _key, other.First(30).Signed(_key))).Holds);

            Assert.Equal(Kind.Inconsistent, (await Verify.FailureAsync(reader, _key, other.Signed(_key))).Kind);
            Assert.Equal(Kind.Inconsistent, (await Verify.FailureAsync(reader, _key, other.First(31).Signed(_key))).Kind);
            Assert.Equal(Kind.Inconsistent, (await new LogVerifier(reader, Proving(other.Proof(35, _key))).VerifyAsync()).Failure?.Kind);
        }
    }

    [Fact]
    public async Task An_emptied_log_shows()
    {
        var failure = await Verify.FailureAsync(new MemoryLogReader(TestLog.Of(0), _key), _key, Log.First(1).Signed(_key));

        Assert.Equal(Kind.Shorter, failure.Kind);
    }

    [Fact]
    public async Task Times_that_run_backwards_show_within_a_bundle_and_across_two()
    {
        foreach (var (early, size) in new[] { (1, 3), (200, 300), (255, 300), (256, 300), (257, 300), (299, 300) })
        {
            var log = new TestLog(Enumerable.Range(0, size).Select(i => TestLog.Event(i, second: i == early ? i - 2 : i)));

            var failure = await Verify.FailureAsync(new MemoryLogReader(log, _key), _key);

            Assert.Equal((Kind.Time, (long)early), (failure.Kind, failure.EntryIndex));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"v":1,"time":"2026-01-01"}""")]
    [InlineData("""{"v":1,"time":7}""")]
    [InlineData("""{"v":1,"details":{"time":"2026-01-01T00:00:00.0000000Z"}}""")]
    public async Task An_entry_without_a_time_is_named(string entry)
    {
        var log = new TestLog([TestLog.Event(0), Encoding.UTF8.GetBytes(entry), TestLog.Event(2)]);

        var failure = await Verify.FailureAsync(new MemoryLogReader(log, _key), _key);

        Assert.Equal((Kind.Time, 1L), (failure.Kind, failure.EntryIndex));
    }

    [Fact]
    public async Task A_key_that_is_not_known_proves_nothing()
    {
        using var other = new TestKey(TestLog.Origin);

        Assert.Equal(Kind.Signature, (await Verify.FailureAsync(new MemoryLogReader(Log, other), _key)).Kind);
        Assert.Equal(Kind.Signature, (await Verify.FailureAsync(new MemoryLogReader(Log, _key), _key, Log.Signed(other))).Kind);
        Assert.Equal(
            Kind.Signature,
            (await new LogVerifier(new MemoryLogReader(Log, _key), Proving(Log.Proof(7, other))).VerifyAsync()).Failure?.Kind);
    }

    [Fact]
    public async Task Another_log_signed_by_the_same_key_is_another_log()
    {
        using var witness = new TestKey("witness.example");
        var reader = new MemoryLogReader(Log, witness);
        var elsewhere = SignedCheckpoint.Parse(TestKey.Checkpoint("other.example", 40, Log.Root, _key));
        var meant = new LogVerificationOptions { Keys = [_key.Verifier], Origin = "other.example" };
        var named = new LogVerificationOptions { Keys = [witness.Verifier], Origin = TestLog.Origin };

        Assert.Equal(Kind.Origin, (await Verify.FailureAsync(reader, witness)).Kind);
        Assert.True((await new LogVerifier(reader, named).VerifyAsync()).Holds);
        Assert.Equal(Kind.Origin, (await Verify.FailureAsync(new MemoryLogReader(Log, _key), _key, elsewhere)).Kind);
        Assert.Equal(Kind.Origin, (await new LogVerifier(new MemoryLogReader(Log, _key), meant).VerifyAsync()).Failure?.Kind);
    }

    [Fact]
    public async Task A_proof_for_another_entry_does_not_hold()
    {
        var good = AuditProof.Parse(Log.Proof(7, _key));
        AuditProof[] bad =
        [
            new(7, Log.Entries[8], good.Hashes, good.Checkpoint),
            new(8, good.Entry, good.Hashes, good.Checkpoint),
            new(8, entry: null, good.Hashes, good.Checkpoint),
            new(7, good.Entry, good.Hashes.Skip(1).ToArray(), good.Checkpoint),
            new(40, entry: null, good.Hashes, good.Checkpoint),
            new(40, good.Entry, good.Hashes, good.Checkpoint),
        ];
        foreach (var proof in bad)
        {
            var options = new LogVerificationOptions { Keys = [_key.Verifier], Proofs = [good, proof] };

            var failure = (await new LogVerifier(new MemoryLogReader(Log, _key), options).VerifyAsync()).Failure;

            Assert.Equal((Kind.Proof, (long?)proof.Index), (failure?.Kind, failure?.EntryIndex));
        }
    }

    private LogVerificationOptions Proving(byte[] proof) => new() { Keys = [_key.Verifier], Proofs = [AuditProof.Parse(proof)] };
}
