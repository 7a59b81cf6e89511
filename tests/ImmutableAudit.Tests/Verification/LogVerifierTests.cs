using ImmutableAudit.Storage;
using ImmutableAudit.Storage.Http;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Verification;

public sealed class LogVerifierTests : IDisposable
{
    private readonly TestKey _key = new(TestLog.Origin);

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(513)]
    [InlineData(66_000)]
    public async Task An_untouched_log_holds(int size)
    {
        var log = TestLog.Of(size);

        var result = await Verify.LogAsync(new MemoryLogReader(log, _key), _key);

        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(TestLog.Origin, result.Checkpoint.Checkpoint.Origin);
        Assert.Equal(size, result.Checkpoint.Checkpoint.Size);
        Assert.Equal(Convert.ToBase64String(log.Root), result.Checkpoint.Checkpoint.Root.ToString());
        Assert.Equal(_key.VerifierKey, Assert.Single(result.Signers).ToVerifierKey());
        Assert.Equal(size == 0 ? null : TestLog.Time(0), result.FirstTime);
        Assert.Equal(size == 0 ? null : TestLog.Time(size - 1), result.LastTime);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_framework_alone_comes_to_the_same_result(bool frameworkHash)
    {
        var log = TestLog.Of(66_000);
        var reader = new MemoryLogReader(log, _key);
        var verifier = new LogVerifier(reader, new LogVerificationOptions { Keys = [_key.Verifier], FrameworkHash = frameworkHash });

        Assert.True((await verifier.VerifyAsync()).Holds);

        var tile = reader.Files["tile/1/000"].ToArray();
        tile[^1] ^= 1;
        reader.Files["tile/1/000"] = tile;
        var failure = (await verifier.VerifyAsync()).Failure;

        Assert.Equal((VerificationFailureKind.TileAltered, "tile/1/000"), (failure?.Kind, failure?.Path));
    }

    [Fact]
    public async Task A_directory_and_a_web_server_give_the_same_answer()
    {
        using var directory = new TempDirectory();
        var log = TestLog.Of(300);
        log.WriteTo(directory, _key);
        await using var server = LoopbackServer.Of(directory);
        ILogReader[] readers = [LogReader.Open(directory), LogReader.Open(server.Address.AbsoluteUri)];

        foreach (var reader in readers)
        {
            Assert.True((await Verify.LogAsync(reader, _key)).Holds);
        }

        var file = directory.Combine("tile/entries/001.p/44");
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        foreach (var reader in readers)
        {
            Assert.Equal(299, (await Verify.FailureAsync(reader, _key)).EntryIndex);
        }
    }

    [Fact]
    public async Task It_says_since_when_the_log_is_consistent_and_who_signed_that()
    {
        using var older = new TestKey(TestLog.Origin);
        var log = TestLog.Of(600);
        int[] sizes = [0, 1, 255, 256, 257, 511, 512, 600, 17, 17];
        var since = sizes.Select(size => log.First(size).Signed(size < 300 ? older : _key)).ToArray();
        var options = new LogVerificationOptions { Keys = [_key.Verifier, older.Verifier], Since = since };

        var result = await new LogVerifier(new MemoryLogReader(log, _key), options).VerifyAsync();

        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(since, result.ConsistentSince.Select(earlier => earlier.Checkpoint));
        Assert.All(result.ConsistentSince, earlier => Assert.Equal(
            (earlier.Checkpoint.Checkpoint.Size < 300 ? older : _key).VerifierKey, Assert.Single(earlier.Signers).ToVerifierKey()));
    }

    [Fact]
    public async Task It_checks_proofs_with_the_log()
    {
        var log = TestLog.Of(600);
        var proofs = new[] { (7, 40), (0, 1), (255, 256), (256, 257), (599, 600) }
            .Select(p => AuditProof.Parse(log.First(p.Item2).Proof(p.Item1, _key))).ToList();
        proofs.Add(new AuditProof(7, entry: null, proofs[0].Hashes, proofs[0].Checkpoint));
        var options = new LogVerificationOptions { Keys = [_key.Verifier], Proofs = proofs };

        var result = await new LogVerifier(new MemoryLogReader(log, _key), options).VerifyAsync();

        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(proofs.Select(proof => proof.Index), result.Proofs.Select(proof => proof.Index));
        Assert.All(result.Proofs, proof => Assert.Equal(log.Entries[proof.Index], proof.Entry.ToArray()));
    }

    [Fact]
    public async Task All_signers_that_are_known_are_named()
    {
        using var second = new TestKey("witness.example");
        using var stranger = new TestKey("stranger.example");
        var reader = new MemoryLogReader(TestLog.Of(3), stranger, second, _key);
        var options = new LogVerificationOptions { Keys = [_key.Verifier, second.Verifier] };

        var result = await new LogVerifier(reader, options).VerifyAsync();

        Assert.True(result.Holds);
        Assert.Equal($"{second.VerifierKey} {_key.VerifierKey}", string.Join(' ', result.Signers.Select(signer => signer.ToVerifierKey())));
    }

    [Fact]
    public async Task Progress_runs_forward_from_nothing_to_everything()
    {
        var reports = new List<VerificationProgress>();
        var reader = new MemoryLogReader(TestLog.Of(1000), _key);

        await new LogVerifier(reader, new LogVerificationOptions { Keys = [_key.Verifier] }).VerifyAsync(new Reports(reports));

        Assert.Equal([0, 256, 512, 768, 1000], reports.Select(report => report.Entries));
        Assert.All(reports, report => Assert.Equal(1000, report.Size));
    }

    [Fact]
    public async Task It_can_be_cancelled_at_every_read()
    {
        var log = TestLog.Of(600);
        var whole = new MemoryLogReader(log, _key);
        await Verify.LogAsync(whole, _key);
        for (var stop = 0; stop < whole.Reads.Count; stop++)
        {
            using var cancellation = new CancellationTokenSource();
            var reader = new MemoryLogReader(log, _key);
            reader.BeforeRead = _ =>
            {
                if (reader.Reads.Count >= stop)
                {
                    cancellation.Cancel();
                    cancellation.Token.ThrowIfCancellationRequested();
                }
            };

            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => new LogVerifier(reader, new LogVerificationOptions { Keys = [_key.Verifier] }).VerifyAsync(null, cancellation.Token));
        }
    }

    [Fact]
    public async Task It_reads_no_further_ahead_than_allowed()
    {
        using var second = new ManualResetEventSlim();
        var reader = new MemoryLogReader(TestLog.Of(2560), _key);
        var ahead = int.MaxValue;
        reader.BeforeRead = path =>
        {
            if (path == "tile/entries/000")
            {
                second.Wait();
                ahead = reader.Reads.Count(read => read.StartsWith("tile/entries/", StringComparison.Ordinal));
            }
            else if (path == "tile/0/001")
            {
                second.Set();
            }
        };

        await new LogVerifier(reader, new LogVerificationOptions { Keys = [_key.Verifier], MaxDegreeOfParallelism = 2 }).VerifyAsync();

        Assert.Equal(1, ahead);
    }

    [Fact]
    public async Task What_cannot_be_read_is_not_called_wrong()
    {
        var log = TestLog.Of(600);
        var whole = new MemoryLogReader(log, _key);
        await Verify.LogAsync(whole, _key);
        foreach (var path in whole.Reads)
        {
            var reader = new MemoryLogReader(log, _key)
            {
                BeforeRead = read =>
                {
                    if (read == path)
                    {
                        throw new AuditLogUnreadableException("broken");
                    }
                },
            };

            await Assert.ThrowsAsync<AuditLogUnreadableException>(() => Verify.LogAsync(reader, _key));
        }
    }

    [Fact]
    public async Task A_directory_without_a_checkpoint_is_no_log()
    {
        using var directory = new TempDirectory();

        var e = await Assert.ThrowsAsync<AuditLogUnreadableException>(() => Verify.LogAsync(LogReader.Open(directory), _key));

        Assert.Contains(directory, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_sends_no_end_is_unreadable()
    {
        await using var server = LoopbackServer.Saying(LoopbackServer.Answer("200 OK", new byte[400_000]));

        await Assert.ThrowsAsync<AuditLogUnreadableException>(() => Verify.LogAsync(new HttpLogReader(server.Address), _key));
    }

    [Fact]
    public void Without_a_key_there_is_nothing_to_verify_against()
    {
        var reader = new MemoryLogReader(TestLog.Of(1), _key);

        Assert.Throws<ArgumentException>(() => new LogVerifier(reader, new LogVerificationOptions { Keys = [] }));
    }

    private sealed class Reports(List<VerificationProgress> reports) : IProgress<VerificationProgress>
    {
        public void Report(VerificationProgress value) => reports.Add(value);
    }
}
