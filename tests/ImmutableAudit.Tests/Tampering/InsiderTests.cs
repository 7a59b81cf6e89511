using System.Buffers.Binary;
using System.Text;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;
using Kind = ImmutableAudit.Verification.VerificationFailureKind;

namespace ImmutableAudit.Tests.Tampering;

/// <summary>People with more rights than they should have: what each of them cannot do unnoticed, and what he can.</summary>
public sealed class InsiderTests : IAsyncLifetime
{
    private const int Page = 4096;
    private const int FirstUnpublished = 4;

    private CrashedLog _log = null!;

    public async Task InitializeAsync() => _log = await CrashedLog.CreateAsync();

    public Task DisposeAsync()
    {
        _log.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Who_has_the_disk_can_make_everything_fit_but_the_signature()
    {
        var entries = await EntriesAsync();
        entries[17] = Altered(entries[17]);
        var root = _log.Restore("disk");
        var forged = new TestLog(entries);
        Write(root, forged);

        // The root that was signed does not fit; and one that fits was not signed.
        Assert.Equal(Kind.Root, (await VerifyAsync(root)).Failure?.Kind);
        await AssertRefusedAsync<AuditLogCorruptException>(root);

        using var other = new TestKey(TestLogs.Origin);
        await File.WriteAllBytesAsync(Path.Combine(root, "log/checkpoint"), TestKey.Checkpoint(TestLogs.Origin, entries.Length, forged.Root, other));
        Assert.Equal(Kind.Signature, (await VerifyAsync(root)).Failure?.Kind);
        await AssertRefusedAsync<AuditLogMismatchException>(root);

        // Nor does the old signature under the new root.
        var signature = Encoding.UTF8.GetString(_log.Files["log/checkpoint"]).Split("\n\n")[1];
        await File.WriteAllTextAsync(
            Path.Combine(root, "log/checkpoint"), $"{TestLogs.Origin}\n{entries.Length}\n{Convert.ToBase64String(forged.Root)}\n\n{signature}");
        Assert.Equal(Kind.Signature, (await VerifyAsync(root)).Failure?.Kind);
        await AssertRefusedAsync<AuditLogMismatchException>(root);
    }

    public static TheoryData<string> Rewritings => ["altered", "removed", "inserted", "swapped", "last altered", "cut off", "emptied"];

    [Theory]
    [MemberData(nameof(Rewritings))]
    public async Task Who_has_the_key_too_cannot_change_what_anybody_kept(string how)
    {
        var entries = await EntriesAsync();
        var proofs = await ProofsAsync(0, 17, 255, 256, CrashedLog.PublishedSize - 1);
        var root = _log.Restore("key");
        var rewritten = new TestLog(how switch
        {
            "altered" => [.. entries[..17], Altered(entries[17]), .. entries[18..]],
            "removed" => [.. entries[..17], .. entries[18..], Altered(entries[^1])],
            "inserted" => [.. entries[..17], entries[17], .. entries[17..]],
            "swapped" => [.. entries[..17], entries[18], entries[17], .. entries[19..]],
            "last altered" => [.. entries[..^1], Altered(entries[^1])],
            "cut off" => entries[..^1],
            _ => [],
        });
        Write(root, rewritten);
        var signed = await SignAsync(root, rewritten);

        // By itself it is as good as any: it is signed with the log's key, and every file fits.
        Assert.True((await VerifyAsync(root)).Holds);

        // Against any checkpoint that somebody saved behind the change, and any portable proof whose checkpoint is behind it.
        foreach (var earlier in _log.Earlier.Select(files => SignedCheckpoint.Parse(files["log/checkpoint"])).Append(_log.Published))
        {
            var failure = (await VerifyAsync(root, since: earlier)).Failure;
            if (how is not ("last altered" or "cut off") || earlier.Checkpoint.Size == CrashedLog.PublishedSize)
            {
                Assert.True(failure?.Kind is Kind.Inconsistent or Kind.Shorter, $"{how} since {earlier.Checkpoint.Size}: {failure?.Message}");
            }
        }

        foreach (var proof in proofs)
        {
            var failure = (await VerifyAsync(root, proof: proof)).Failure;
            Assert.True(failure?.Kind is Kind.Inconsistent or Kind.Shorter or Kind.Proof, $"{how}, proof {proof.Index}: {failure?.Message}");
            Assert.True(proof.Verify([_log.Key]).Holds);
        }

        // And against the memory beside the key, which he has not changed.
        Assert.Equal(signed.Checkpoint.Size, rewritten.Entries.Length);
        await AssertRefusedAsync<AuditLogRollbackException>(root);
    }

    [Theory]
    [InlineData("yesterday's backup")]
    [InlineData("yesterday's backup, today's journal")]
    [InlineData("yesterday's checkpoint")]
    [InlineData("the directory is deleted")]
    [InlineData("all but the journal is deleted")]
    [InlineData("the checkpoint is deleted")]
    public async Task Who_puts_back_a_backup_or_deletes_the_log_keeps_the_writer_from_going_on(string what)
    {
        var yesterday = _log.Earlier[^1];
        Func<string, byte[], byte[]?> kept = what switch
        {
            "yesterday's backup" => (_, _) => null,
            "yesterday's backup, today's journal" => (path, bytes) => path.StartsWith("log/journal/", StringComparison.Ordinal) ? bytes : null,
            "yesterday's checkpoint" => (path, bytes) => path == "log/checkpoint" ? yesterday[path] : bytes,
            "all but the journal is deleted" => (path, bytes) => path.StartsWith("log/journal/", StringComparison.Ordinal) ? bytes : null,
            "the checkpoint is deleted" => (path, bytes) => path == "log/checkpoint" ? null : bytes,
            _ => (_, _) => null,
        };
        var files = _log.Files.Where(file => file.Key.StartsWith("keys/", StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        foreach (var (path, bytes) in what.Contains("backup", StringComparison.Ordinal) ? yesterday : new Dictionary<string, byte[]>(StringComparer.Ordinal))
        {
            files.TryAdd(path, bytes);
        }

        foreach (var (path, bytes) in _log.Files)
        {
            if (kept(path, bytes) is { } put)
            {
                files[path] = put;
            }
        }

        await AssertRefusedAsync<AuditLogRollbackException>(_log.Restore("backup", files));
    }

    [Theory]
    [InlineData("log/tile/0/000", true)]
    [InlineData("log/tile/entries/000", true)]
    [InlineData("log/tile/0/001.p/43", false)]
    [InlineData("log/tile/1/000.p/1", false)]
    [InlineData("log/tile/entries/001.p/43", false)]
    public async Task What_is_edited_before_a_restart_is_refused_or_still_shows_when_the_log_has_grown_over_it(string path, bool opens)
    {
        var bytes = _log.Files[path];
        foreach (var at in new[] { 0, 31, bytes.Length / 2, bytes.Length - 1 }.Where(at => at < bytes.Length))
        {
            var root = _log.Restore("edge");
            DirectoryState.Edit(Path.Combine(root, path), original => Flipped(original, at));
            if (!opens)
            {
                await AssertRefusedAsync<AuditLogCorruptException>(root);
                continue;
            }

            // Full files left of the edge are not read at opening (L21); nothing is made from them either.
            await using (var log = await _log.OpenAsync(root))
            {
                await log.AppendAsync([.. Enumerable.Range(0, 600).Select(CrashedLog.Event)]);
                await log.FlushAsync();
            }

            var failure = (await VerifyAsync(root)).Failure;
            Assert.Equal(path["log/".Length..], failure?.Path);
            File.WriteAllBytes(Path.Combine(root, path), bytes);
            Assert.True((await VerifyAsync(root)).Holds);
        }
    }

    [Fact]
    public async Task An_edited_tile_and_its_bundle_together_are_not_signed_over_either()
    {
        var entries = await EntriesAsync();
        entries[^1] = Altered(entries[^1]);
        var root = _log.Restore("edge");
        foreach (var (path, bytes) in new TestLog(entries).Tiles())
        {
            await File.WriteAllBytesAsync(Path.Combine(root, "log", path), bytes);
        }

        await AssertRefusedAsync<AuditLogCorruptException>(root);
    }

    [Theory]
    [InlineData("tile/0/001.p/43")]
    [InlineData("tile/1/000.p/1")]
    [InlineData("tile/entries/001.p/43")]
    public async Task What_is_edited_while_the_log_is_open_is_not_signed_over(string path)
    {
        var root = _log.Restore("open");
        await using var log = await _log.OpenAsync(root);
        DirectoryState.Edit(Path.Combine(root, "log", path), original => Flipped(original, 5));
        await log.AppendAsync([.. Enumerable.Range(0, 600).Select(CrashedLog.Event)]);
        var checkpoint = await log.FlushAsync();

        // What is in memory goes on; the edited files of the earlier size are no part of the log any more.
        Assert.True((await VerifyAsync(root)).Holds);
        Assert.Equal(log.Size, checkpoint.Checkpoint.Size);
    }

    /// <summary>
    /// README, "what it protects against": between commit and checkpoint the journal is trusted across a restart. Its checksum
    /// needs no key. What does not fit the log itself is noticed; another entry of the same time is not, and is signed.
    /// </summary>
    [Theory]
    [InlineData("checksum left as it is")]
    [InlineData("time of the last earlier")]
    [InlineData("time of the last later")]
    [InlineData("an entry less")]
    public Task Who_edits_an_unpublished_commit_of_a_stopped_log_is_noticed_where_it_does_not_fit(string how) =>
        AssertRefusedAsync<AuditLogCorruptException>(RestoreEdited(FirstUnpublished, how));

    [Fact]
    public async Task Who_edits_an_unpublished_commit_of_a_stopped_log_so_that_it_fits_is_not_noticed()
    {
        var root = RestoreEdited(FirstUnpublished, "altered");
        await using (var log = await _log.OpenAsync(root))
        {
            var actions = await log.ReadAsync().Select(entry => entry.Event.Action).ToListAsync();
            Assert.Equal("X99", actions[CrashedLog.PublishedSize]);
        }

        // What was published is as it was; and nobody can take the new entry back any more.
        Assert.True((await VerifyAsync(root, since: _log.Published)).Holds);
    }

    [Theory]
    [InlineData("altered")]
    [InlineData("time of the last earlier")]
    [InlineData("time of the last later")]
    public async Task Who_edits_a_published_commit_of_a_stopped_log_changes_nothing(string how)
    {
        // It is signed, elsewhere: what the journal says of it does not reach the log.
        var root = RestoreEdited(1, how);
        await using (var log = await _log.OpenAsync(root))
        {
            var actions = await log.ReadAsync().Select(entry => entry.Event.Action).ToListAsync();
            Assert.Equal(Enumerable.Range(0, CrashedLog.Size).Select(i => $"{i}"), actions, StringComparer.Ordinal);
        }

        Assert.True((await VerifyAsync(root, since: _log.Published)).Holds);
    }

    private string RestoreEdited(int page, string how)
    {
        var root = _log.Restore("journal");
        DirectoryState.Edit(Path.Combine(root, "log/journal/000000000002.journal"), segment =>
        {
            EditRecord(segment, page, how);
            return segment;
        });
        return root;
    }

    /// <summary>Changes a commit, and makes its checksum and those behind it right again.</summary>
    private static void EditRecord(byte[] segment, int page, string how)
    {
        var record = segment.AsSpan(page * Page, Page);
        var action = $"\"action\":\"{(page == FirstUnpublished ? CrashedLog.PublishedSize : CrashedLog.PublishedSize - 9)}\"";
        var time = record.LastIndexOf("\"time\":\""u8) + "\"time\":\"".Length;
        switch (how)
        {
            case "an entry less":
                BinaryPrimitives.WriteInt32LittleEndian(record[12..], 2);
                BinaryPrimitives.WriteInt64LittleEndian(record[32..], BinaryPrimitives.ReadInt64LittleEndian(record[32..]) - 1);
                break;
            case "time of the last earlier":
                "2001"u8.CopyTo(record[time..]);
                break;
            case "time of the last later":
                "2999"u8.CopyTo(record[time..]);
                break;
            default:
                var at = record.IndexOf(Encoding.UTF8.GetBytes(action));
                Assert.True(at > 0);
                "X99"u8.CopyTo(record[(at + "\"action\":\"".Length)..]);
                break;
        }

        if (how != "checksum left as it is")
        {
            JournalEditing.Reseal(segment);
        }
    }

    private static byte[] Altered(byte[] entry) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(entry).Replace("\"id\":\"a\"", "\"id\":\"b\"", StringComparison.Ordinal));

    private static byte[] Flipped(byte[] bytes, int at)
    {
        bytes[at] ^= 1;
        return bytes;
    }

    private async Task<byte[][]> EntriesAsync()
    {
        var snapshot = await LogSnapshot.LatestAsync(LogReader.Open(Path.Combine(_log.Restore("read"), "log")));
        return await snapshot.ReadAsync().Select(entry => entry.ToArray()).ToArrayAsync();
    }

    private async Task<List<AuditProof>> ProofsAsync(params long[] indexes)
    {
        var snapshot = await LogSnapshot.LatestAsync(LogReader.Open(Path.Combine(_log.Restore("read"), "log")));
        var proofs = new List<AuditProof>();
        foreach (var index in indexes)
        {
            proofs.Add(AuditProof.Parse((await snapshot.ProveAsync(index)).ToBytes()));
        }

        return proofs;
    }

    /// <summary>Puts the files of another log over this one's; the checkpoint stays.</summary>
    private static void Write(string root, TestLog log)
    {
        Directory.Delete(Path.Combine(root, "log/tile"), recursive: true);
        foreach (var (path, bytes) in log.Tiles())
        {
            var file = Path.Combine(root, "log", path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, bytes);
        }
    }

    private async Task<SignedCheckpoint> SignAsync(string root, TestLog log)
    {
        var root256 = new ImmutableAudit.Merkle.MerkleHash(log.Root);
        var signed = await SignedCheckpoint.SignAsync(new Checkpoint(TestLogs.Origin, log.Entries.Length, root256), [_log.Signer]);
        await File.WriteAllBytesAsync(Path.Combine(root, "log/checkpoint"), signed.Bytes.ToArray());
        return signed;
    }

    private async Task AssertRefusedAsync<T>(string root)
        where T : Exception
    {
        var before = DirectoryState.Of(root);
        await Assert.ThrowsAsync<T>(() => _log.OpenAsync(root));
        Assert.Equal(before, DirectoryState.Of(root));
    }

    private Task<LogVerificationResult> VerifyAsync(string root, SignedCheckpoint? since = null, AuditProof? proof = null)
    {
        var options = new LogVerificationOptions
        {
            Keys = [_log.Key],
            Since = since is null ? [] : [since],
            Proofs = proof is null ? [] : [proof],
        };
        return new LogVerifier(LogReader.Open(Path.Combine(root, "log")), options).VerifyAsync();
    }
}
