using System.Buffers.Binary;
using System.Collections.Concurrent;
using ImmutableAudit.Storage;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Tampering;

/// <summary>
/// Every file of a log, the private ones and the memory beside the key included, is changed in every way that is worth trying.
/// Each change is noticed, by the verifier or when the log is opened for writing, or it stands in a table here with the reason
/// why it is not, and what it does is looked at.
/// </summary>
public sealed class TamperMatrixTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Page = 4096;
    private const string Segment = "log/journal/000000000002.journal";
    private const string Stale = "log/tile/*.p/34";
    private const string Memory = "keys/*.checkpoint";

    /// <summary>What is not noticed, and why that is right, or cannot be otherwise.</summary>
    private static readonly Unnoticed[] Table =
    [
        new(Stale, "every byte", Effect.None, "A partial file of an earlier size is no part of the log: nothing reads it any more."),
        new(Stale, "deleted", Effect.None, "As above."),
        new(Stale, "emptied", Effect.None, "As above."),
        new(Stale, "half", Effect.None, "As above."),
        new(Stale, "shorter", Effect.None, "As above."),
        new(Stale, "longer", Effect.None, "As above."),
        new("log/journal/lock", "deleted", Effect.None, "The lock is the operating system's; the file is made again."),
        new("log/journal/lock", "longer", Effect.None, "What is locked is the file, whatever it holds."),
        new("log/journal/lock.holder", "every byte", Effect.None, "It only names the holder in a message."),
        new("log/journal/lock.holder", "deleted", Effect.None, "As above."),
        new("log/journal/lock.holder", "emptied", Effect.None, "As above."),
        new("log/journal/lock.holder", "half", Effect.None, "As above."),
        new("log/journal/lock.holder", "shorter", Effect.None, "As above."),
        new("log/journal/lock.holder", "longer", Effect.None, "As above."),
        new(Memory, "deleted", Effect.None, "It protects the log; it is not the log. A memory that never was cannot be told from one that is gone."),
        new(Memory, "older", Effect.None, "The log extends an earlier memory, too."),
        new(Segment, "behind the last commit", Effect.Told, "Padding. What stands there is kept aside and told of as dropped."),
        new(Segment, "half", Effect.None, "Padding: the segment's space is filled ahead."),
        new(Segment, "shorter", Effect.None, "As above."),
        new(Segment, "longer", Effect.Told, "Padding, told of as dropped."),
        new(Segment, "last commit", Effect.LastCommitLostAndTold, "L2: looks like a commit that was torn by the crash. It is told of."),
        new(Segment, "older", Effect.UnpublishedLost, "L2: between commit and checkpoint the journal is trusted across a restart."),
    ];

    private CrashedLog _log = null!;

    private enum Effect
    {
        /// <summary>Every acknowledged entry is there.</summary>
        None,

        /// <summary>As above, and the log's own entry says that bytes were dropped.</summary>
        Told,

        /// <summary>Exactly the last commit, not published, is gone, and the log's own entry says so.</summary>
        LastCommitLostAndTold,

        /// <summary>Commits that were not published are gone; what was published is there.</summary>
        UnpublishedLost,
    }

    public async Task InitializeAsync() => _log = await CrashedLog.CreateAsync();

    public Task DisposeAsync()
    {
        _log.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task The_log_is_what_the_matrix_needs()
    {
        var result = await VerifyAsync(_log.Files);

        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(CrashedLog.PublishedSize, result.Checkpoint.Checkpoint.Size);
        Assert.Equal(
            [
                "keys", "log/checkpoint", "log/journal/000000000002.journal", "log/journal/lock", "log/journal/lock.holder",
                "log/tile/0/000", "log/tile/0/001.p/34", "log/tile/0/001.p/43", "log/tile/1/000.p/1",
                "log/tile/entries/000", "log/tile/entries/001.p/34", "log/tile/entries/001.p/43",
            ],
            _log.Files.Keys.Select(path => path.StartsWith("keys/", StringComparison.Ordinal) ? "keys" : path).Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
        Assert.Equal(7 * Page, EndOfRecords(_log.Files[Segment]));

        await using var log = await _log.OpenAsync(_log.Restore("untouched"));
        Assert.Equal(Acknowledged(CrashedLog.Size), await ActionsAsync(log), StringComparer.Ordinal);
    }

    [Fact]
    public Task Every_byte_of_every_file() => AssertAllAsync(ByteChanges());

    [Fact]
    public Task Every_file_deleted_cut_lengthened_exchanged_or_older() => AssertAllAsync(FileChanges());

    private IEnumerable<Change> ByteChanges()
    {
        var random = Seeded.Random(0);
        foreach (var (path, bytes) in _log.Files)
        {
            var step = Matches(Stale, path) ? 211 : path.EndsWith(".holder", StringComparison.Ordinal) ? 7 : 1;
            foreach (var at in path == Segment ? JournalOffsets(bytes) : Enumerable.Range(0, bytes.Length).Where(at => at % step == 0))
            {
                var what = path == Segment && at >= 7 * Page ? "behind the last commit"
                    : path == Segment && at >= 6 * Page ? "last commit"
                    : "every byte";
                var all = path.EndsWith("checkpoint", StringComparison.Ordinal) || (path == Segment && at < 6 * Page && at % Page < (at < Page ? 96 : 64));
                for (var bit = 0; bit < (all ? 8 : 1); bit++)
                {
                    byte[] changed = [.. bytes];
                    changed[at] ^= (byte)(1 << (all ? bit : random.Next(8)));
                    yield return new Change(path, what, changed);
                }
            }
        }
    }

    /// <summary>
    /// Every byte up to where the entries of each commit end, and some of the padding, which the same checksum is over. Where
    /// the log opens nevertheless, which takes long, some of the bytes.
    /// </summary>
    private static IEnumerable<int> JournalOffsets(byte[] segment)
    {
        for (var page = 0; page < 9 * Page; page += Page)
        {
            var used = page == 0 ? 96 : 64 + BinaryPrimitives.ReadInt32LittleEndian(segment.AsSpan(page + 8));
            foreach (var at in Enumerable.Range(0, Page))
            {
                var step = page >= 7 * Page ? 1021 : page >= 6 * Page ? at < used ? 11 : 1021 : at < used ? 1 : 31;
                if (at % step == 0 || at == Page - 1)
                {
                    yield return page + at;
                }
            }
        }

        yield return segment.Length / 2;
        yield return segment.Length - 1;
    }

    private IEnumerable<Change> FileChanges()
    {
        foreach (var (path, bytes) in _log.Files)
        {
            yield return new Change(path, "deleted", null);
            yield return new Change(path, "longer", [.. bytes, (byte)'x']);
            if (bytes.Length > 0)
            {
                yield return new Change(path, "emptied", []);
                yield return new Change(path, "half", bytes[..(bytes.Length / 2)]);
                yield return new Change(path, "shorter", bytes[..^1]);
            }

            foreach (var (other, theirs) in _log.Files.Where(file => file.Key != path && KindOf(file.Key) == KindOf(path)))
            {
                yield return new Change(path, "swapped", theirs, other, bytes);
            }

            foreach (var earlier in _log.Earlier)
            {
                // The holder's text is another one only where a second has passed.
                if (!path.EndsWith(".holder", StringComparison.Ordinal) && earlier.TryGetValue(path, out var older) && !older.AsSpan().SequenceEqual(bytes))
                {
                    yield return new Change(path, "older", older);
                }
            }
        }
    }

    private static string KindOf(string path) =>
        path.StartsWith("log/tile/entries/", StringComparison.Ordinal) ? "bundle"
        : path.StartsWith("log/tile/", StringComparison.Ordinal) ? "tile"
        : path;

    private async Task AssertAllAsync(IEnumerable<Change> changes)
    {
        var tried = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var opened = 0;
        var before = Environment.CpuUsage.TotalTime;
        var unnoticed = new ConcurrentDictionary<Unnoticed, int>();
        var roots = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(changes, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (change, _) =>
        {
            tried.AddOrUpdate(change.Path, 1, (_, count) => count + 1);
            if (change.IsPublic && await IsNoticedByVerifierAsync(change))
            {
                return;
            }

            Interlocked.Increment(ref opened);
            var root = roots.TryTake(out var used) ? used : _log.Restore($"worker-{Guid.NewGuid():N}");
            Apply(root, change);
            try
            {
                await using var log = await _log.OpenAsync(root);
                var known = Table.SingleOrDefault(known => known.What == change.What && Matches(known.Path, change.Path));
                Assert.True(known is not null, $"{change} was not noticed.");
                unnoticed.AddOrUpdate(known, 1, (_, count) => count + 1);
                await AssertEffectAsync(log, known, change);
            }
            catch (AuditException)
            {
                Undo(root, change);
                roots.Add(root);
                return;
            }

            await AssertHoldsAsync(root, change);
            roots.Add(_log.Restore(Path.GetFileName(root)));
        });
        output.WriteLine(
            $"{tried.Values.Sum()} changes of {tried.Count} files, {opened} by opening, {unnoticed.Values.Sum()} unnoticed in {unnoticed.Count} ways, {(Environment.CpuUsage.TotalTime - before).TotalSeconds:F1} s of processor time");
        foreach (var (path, count) in tried.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{count,8} {path}");
        }

        // The table says no more than what is so.
        string[] byBytes = ["every byte", "behind the last commit", "last commit"];
        var ofBytes = unnoticed.Keys.Any(found => found.What == byBytes[0]);
        var expected = Table.Where(known => byBytes.Contains(known.What, StringComparer.Ordinal) == ofBytes);
        Assert.Equal(
            expected.Select(known => $"{known}").Order(StringComparer.Ordinal),
            unnoticed.Keys.Select(known => $"{known}").Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    private async Task<bool> IsNoticedByVerifierAsync(Change change)
    {
        try
        {
            return !(await VerifyAsync(change.ApplyTo(_log.Files))).Holds;
        }
        catch (AuditLogUnreadableException)
        {
            return true;
        }
    }

    private Task<LogVerificationResult> VerifyAsync(IEnumerable<KeyValuePair<string, byte[]>> files) =>
        new LogVerifier(
            new MemoryLogReader(files.Where(file => file.Key.StartsWith("log/", StringComparison.Ordinal)).Select(file => (file.Key["log/".Length..], file.Value))),
            new LogVerificationOptions { Keys = [_log.Key], MaxDegreeOfParallelism = 1 }).VerifyAsync();

    private static async Task AssertEffectAsync(AuditLog log, Unnoticed known, Change change)
    {
        var actions = await ActionsAsync(log);
        var told = actions.Remove("log.recovered");
        Assert.True(told == known.Effect is Effect.Told or Effect.LastCommitLostAndTold, $"{change}: told of: {told}");
        var kept = known.Effect switch
        {
            Effect.LastCommitLostAndTold => CrashedLog.Size - CrashedLog.LastCommit,
            Effect.UnpublishedLost => CrashedLog.PublishedSize,
            _ => CrashedLog.Size,
        };
        Assert.Equal(Acknowledged(kept), actions, StringComparer.Ordinal);
    }

    /// <summary>Closing has published what is there.</summary>
    private async Task AssertHoldsAsync(string root, Change change)
    {
        var options = new LogVerificationOptions { Keys = [_log.Key], Since = [_log.Published] };
        var result = await new LogVerifier(LogReader.Open(Path.Combine(root, "log")), options).VerifyAsync();
        Assert.True(result.Holds, $"{change}: {result.Failure?.Message}");
    }

    private static async Task<List<string>> ActionsAsync(AuditLog log) => await log.ReadAsync().Select(entry => entry.Event.Action).ToListAsync();

    private static IEnumerable<string> Acknowledged(int count) => Enumerable.Range(0, count).Select(i => $"{i}");

    private static int EndOfRecords(byte[] segment) => (segment.AsSpan().LastIndexOfAnyExcept((byte)0) + Page) / Page * Page;

    private static bool Matches(string pattern, string path) =>
        pattern.Split('*') is [var start, var end]
            ? path.StartsWith(start, StringComparison.Ordinal) && path.EndsWith(end, StringComparison.Ordinal)
            : path == pattern;

    private static void Apply(string root, Change change)
    {
        Put(root, change.Path, change.Bytes);
        if (change.Other is not null)
        {
            Put(root, change.Other, change.OtherBytes);
        }
    }

    private void Undo(string root, Change change)
    {
        Put(root, change.Path, _log.Files[change.Path]);
        if (change.Other is not null)
        {
            Put(root, change.Other, _log.Files[change.Other]);
        }
    }

    private static void Put(string root, string path, byte[]? bytes)
    {
        var file = Path.Combine(root, path);
        if (bytes is null)
        {
            File.Delete(file);
        }
        else
        {
            File.WriteAllBytes(file, bytes);
        }
    }

    private sealed record Unnoticed(string Path, string What, Effect Effect, string Why);

    private sealed record Change(string Path, string What, byte[]? Bytes, string? Other = null, byte[]? OtherBytes = null)
    {
        public bool IsPublic => Path.StartsWith("log/", StringComparison.Ordinal) && !Path.StartsWith("log/journal/", StringComparison.Ordinal);

        public IEnumerable<KeyValuePair<string, byte[]>> ApplyTo(IReadOnlyDictionary<string, byte[]> files) => files
            .Select(file => (file.Key, Value: file.Key == Path ? Bytes : file.Key == Other ? OtherBytes : file.Value))
            .Where(file => file.Value is not null)
            .Select(file => KeyValuePair.Create(file.Key, file.Value!));

        public override string ToString() => $"{Path} {What}{(Other is null ? "" : $" with {Other}")}";
    }
}
