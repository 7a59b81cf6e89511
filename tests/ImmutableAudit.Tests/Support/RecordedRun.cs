using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tiles;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Support;

/// <summary>
/// Drives a log by a script while its storage misbehaves, and keeps what the log promised meanwhile; then holds a directory
/// against these promises.
/// </summary>
internal sealed class RecordedRun(INoteSigner signer)
{
    private readonly List<(AuditReceipt Receipt, string Label)> _acknowledged = [];
    private readonly List<string[]> _attempts = [];
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly Dictionary<long, SignedCheckpoint> _published = [];
    private readonly Dictionary<long, SignedCheckpoint> _seen = [];

    /// <summary>Posted, and nobody has said yet what became of it; and what a flush has vouched for.</summary>
    private readonly List<string> _posted = [];
    private readonly List<string> _settled = [];
    private int _labels;

    /// <summary>How many of those acknowledged a flush has vouched for.</summary>
    private int _flushed;

    public CommitDurability Durability { get; init; }

    public long JournalCapacity { get; init; } = FileSystemSinkOptions.MinJournalCapacity;

    public static AuditLogOptions Options(INoteSigner signer, string root, IFileOperations files, long? capacity = null, CommitDurability durability = default) => new()
    {
        Origin = TestLogs.Origin,
        Signers = { signer },
        Sink = new FileSystemSink(
            Path.Combine(root, "log"),
            new FileSystemSinkOptions { JournalCapacity = capacity ?? FileSystemSinkOptions.MinJournalCapacity, Durability = durability },
            files),
        Observers = { new CheckpointFileObserver(Path.Combine(root, "keys"), files) },
        CheckpointInterval = TimeSpan.FromDays(1),
    };

    /// <summary>Opens the log, once more if the first time fails, and runs the script; ends early once the process is dead.</summary>
    public async Task RunAsync(string root, FaultyFiles files, Func<RecordedRun, AuditLog, Task> script)
    {
        if ((await OpenAsync(root, files) ?? (files.IsDead ? null : await OpenAsync(root, files))) is not { } log)
        {
            Assert.True(files.IsDead, "A single fault kept the log from being opened again.");
            return;
        }

        int closing;
        await using (log)
        {
            Look(log, root);
            await script(this, log);
            Look(log, root);
            closing = files.Operations.Count;
        }

        if (!files.IsDead && !(files.FailedAt >= closing))
        {
            _flushed = _acknowledged.Count;
        }

        Look(log, root);
    }

    /// <summary>Appends, again and again while the log recovers.</summary>
    public async Task AppendAsync(AuditLog log, FaultyFiles files, int count, int length = 10)
    {
        using var patience = new CancellationTokenSource(Waiting.Limit);
        while (!patience.IsCancellationRequested)
        {
            var labels = Enumerable.Range(0, count).Select(_ => $"{_labels++}").ToArray();
            _attempts.Add(labels);
            try
            {
                var receipts = await log.AppendAsync([.. labels.Select(label => TestLogs.Event(0, new string('x', length)) with
                {
                    Resource = new AuditResource { Type = "label", Id = label },
                })]);
                _acknowledged.AddRange(receipts.Zip(labels));
                return;
            }
            catch (AuditOutcomeUnknownException)
            {
                return;
            }
            catch (AuditUnavailableException)
            {
                _refused.UnionWith(labels);
                if (files.IsDead)
                {
                    return;
                }

                await Task.Yield();
            }
        }

        Assert.Fail("The log did not recover by itself.");
    }

    /// <summary>Posts, and does not wait.</summary>
    public async Task PostAsync(AuditLog log, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var label = $"{_labels++}";
            try
            {
                await log.PostAsync(TestLogs.Event(0) with { Resource = new AuditResource { Type = "label", Id = label } });
                _posted.Add(label);
            }
            catch (AuditUnavailableException)
            {
                _refused.Add(label);
            }
        }
    }

    public async Task FlushAsync(AuditLog log, string root)
    {
        try
        {
            var before = _acknowledged.Count;
            Keep(_published, await log.FlushAsync());
            _flushed = before;
            Settle();
        }
        catch (AuditPublicationException) when (Durability == CommitDurability.Flushed)
        {
            Settle(); // What was posted is committed: otherwise that would have been said.
        }
        catch (AuditLogException e) when (e.Message.Contains("posted", StringComparison.Ordinal))
        {
            _posted.Clear();
        }
        catch (AuditLogException)
        {
            // Nothing is promised.
        }

        Look(log, root);

        void Settle()
        {
            _settled.AddRange(_posted);
            _posted.Clear();
        }
    }

    /// <summary>Opens what is left with storage that works, and compares it with what was promised.</summary>
    public async Task CheckAsync(string root, bool powerFailed = false)
    {
        List<AuditEntry> entries;
        await using (var log = await AuditLog.OpenAsync(Options(signer, root, new FaultyFiles(), JournalCapacity, Durability)))
        {
            entries = await log.ReadAsync().ToListAsync();
        }

        CheckEntries(entries, mayHaveLost: powerFailed && Durability == CommitDurability.Buffered);
        await VerifyAsync(root, powerFailed);
        Assert.Equal(entries.Select(entry => entry.LeafHash), PublishedLeaves(root));
    }

    /// <summary>Verifies what readers find, and that it extends every checkpoint that they found before.</summary>
    public async Task VerifyAsync(string root, bool powerFailed = false)
    {
        var result = await new LogVerifier(new DirectoryLogReader(Path.Combine(root, "log")), new LogVerificationOptions
        {
            Keys = [signer.Verifier],
            // A checkpoint that was renamed into place but never flushed may be lost with the power; nobody was told that it is published.
            Since = [.. powerFailed ? _published.Values : _published.Values.Concat(_seen.Values)],
            MaxDegreeOfParallelism = 1,
        }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
    }

    private static IEnumerable<MerkleHash> PublishedLeaves(string root)
    {
        var size = SignedCheckpoint.Parse(File.ReadAllBytes(Path.Combine(root, "log", "checkpoint"))).Checkpoint.Size;
        for (long bundle = 0; bundle * 256 < size; bundle++)
        {
            var width = (int)Math.Min(256, size - (bundle * 256));
            var path = new EntryBundleCoordinate(bundle, width).Path;
            var bytes = File.ReadAllBytes(Path.Combine(root, "log", path));
            for (int i = 0, at = 0; i < width; i++)
            {
                var length = (bytes[at] << 8) | bytes[at + 1];
                yield return new MerkleHash(RfcTree.LeafHash(bytes[(at + 2)..(at + 2 + length)]));
                at += 2 + length;
            }
        }
    }

    private void CheckEntries(List<AuditEntry> entries, bool mayHaveLost)
    {
        var labels = entries.Where(entry => entry.Type == "event").Select(entry => entry.Event.Resource!.Id!).ToList();
        Assert.Equal(labels.Count, labels.Distinct(StringComparer.Ordinal).Count());
        var found = labels.ToHashSet(StringComparer.Ordinal);
        var left = mayHaveLost ? _acknowledged.Skip(_flushed).Count(one => found.Contains(one.Label)) + _flushed : _acknowledged.Count;
        Assert.DoesNotContain(_acknowledged.Skip(left), lost => found.Contains(lost.Label)); // What is lost is the end.
        foreach (var (receipt, label) in _acknowledged.Take(left))
        {
            Assert.True(receipt.Index < entries.Count, $"Entry {receipt.Index} was acknowledged and is lost: {entries.Count} are left.");
            var entry = entries[(int)receipt.Index];
            Assert.Equal((receipt.LeafHash, receipt.Time, receipt.Id, label), (entry.LeafHash, entry.Time, entry.Id, entry.Event.Resource?.Id));
        }

        Assert.Empty(_settled.Except(labels, StringComparer.Ordinal));
        Assert.Empty(labels.Intersect(_refused, StringComparer.Ordinal));
        foreach (var attempt in _attempts)
        {
            Assert.True(attempt.All(found.Contains) || !attempt.Any(found.Contains), "A commit is there in part.");
        }
    }

    private async Task<AuditLog?> OpenAsync(string root, FaultyFiles files)
    {
        try
        {
            return await AuditLog.OpenAsync(Options(signer, root, files, JournalCapacity, Durability));
        }
        catch (AuditException)
        {
            return null;
        }
    }

    private void Look(AuditLog log, string root)
    {
        Keep(_published, log.LatestCheckpoint);
        Keep(_seen, SignedCheckpoint.Parse(File.ReadAllBytes(Path.Combine(root, "log", "checkpoint"))));
    }

    /// <summary>A tree head that was published is never signed again (LOG.md L22).</summary>
    private static void Keep(Dictionary<long, SignedCheckpoint> checkpoints, SignedCheckpoint checkpoint)
    {
        if (!checkpoints.TryAdd(checkpoint.Checkpoint.Size, checkpoint))
        {
            Assert.Equal(checkpoints[checkpoint.Checkpoint.Size].Bytes.ToArray(), checkpoint.Bytes.ToArray());
        }
    }
}
