using System.Security.Cryptography;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImmutableAudit.Testing;

/// <summary>One case at work: does with the store's sinks what a log does, and holds every answer against <see cref="ModelLog"/>.</summary>
internal sealed class SinkRun : IAsyncDisposable
{
    public const string Origin = "conformance.example/log";

    private readonly SinkHarness _harness;
    private readonly List<IAuditSink> _sinks = [];

    public SinkRun(SinkHarness harness)
    {
        _harness = harness;
        Signer = new EcdsaNoteSigner(Origin, ECDsa.Create(ECCurve.NamedCurves.nistP256));
    }

    public SinkHarness Harness => _harness;

    public EcdsaNoteSigner Signer { get; }

    public TestClock Clock { get; } = new();

    /// <summary>What is committed.</summary>
    public ModelLog Log { get; } = new();

    /// <summary>The index of the newest entry about privileges.</summary>
    public long PrivilegeHead { get; private set; } = -1;

    public LogHead Head => HeadAt(Log.Size);

    public static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new BrokenSentenceException(otherwise);
        }
    }

    public static void Same(ReadOnlyMemory<byte>? found, byte[] expected, string what) => Check(
        found is { } bytes && bytes.Span.SequenceEqual(expected),
        found is null ? $"{what} is not there." : $"{what} has other bytes than it must have ({found.Value.Length} instead of {expected.Length} bytes, or different ones).");

    public static async Task ThrowsAsync<T>(Func<ValueTask> action, string what)
        where T : Exception
    {
        try
        {
            await action();
        }
        catch (Exception e)
        {
            Check(e is T, $"{what}: {typeof(T).Name} was to be thrown, but {e.GetType().Name} was: {e.Message}");
            return;
        }

        throw new BrokenSentenceException($"{what}: {typeof(T).Name} was to be thrown, but nothing was.");
    }

    /// <summary>Does something that may fail; what it failed with.</summary>
    public static async Task<Exception?> TryAsync(Func<ValueTask> action)
    {
        try
        {
            await action();
            return null;
        }
        catch (Exception e) when (e is not BrokenSentenceException)
        {
            return e;
        }
    }

    public static void Needs(bool ability, string otherwise)
    {
        if (!ability)
        {
            throw new NotApplicableException(otherwise);
        }
    }

    public void NeedsShared() => Needs(Create().IsShared, "The sink is not shared.");

    public void NeedsUnshared() => Needs(!Create().IsShared, "The sink is shared.");

    public void NeedsCrash()
    {
        Needs(Create().IsDurable, "The sink is not durable.");
        Needs(_harness.CanCrash, "The harness cannot crash a sink (SinkHarness.CrashAsync).");
    }

    public void NeedsBreak() => Needs(_harness.CanBreak, "The harness cannot break the storage (SinkHarness.BreakAsync).");

    public IAuditSink Create()
    {
        var sink = _harness.CreateSink();
        _sinks.Add(sink);
        return sink;
    }

    public async Task ClaimAsync(IAuditSink sink, string origin = Origin) =>
        await sink.ClaimAsync(new SinkContext(origin, Clock, NullLogger.Instance), CancellationToken.None);

    /// <summary>A sink that is ready for commits; a store without a log becomes one.</summary>
    public async Task<IAuditSink> OpenAsync()
    {
        var sink = Create();
        await ClaimAsync(sink);
        await RecoverAsync(sink);
        return sink;
    }

    /// <summary>What a log does at opening, and after a commit of unknown outcome. Everything committed has to be found.</summary>
    public async Task<SinkRecovery> RecoverAsync(IAuditSink sink)
    {
        var published = await PublishedSizeAsync(sink);
        var recovery = await sink.RecoverAsync(published is { } size ? Log.Range(size) : null, CancellationToken.None);
        CheckRecovery(recovery);
        if (published is null)
        {
            var first = await SignAsync(0);
            var answer = await sink.PublishAsync(first, CancellationToken.None);
            Check(answer is not null, "The first checkpoint of a new log, of size 0, was not taken.");
        }

        return recovery;
    }

    public void CheckRecovery(SinkRecovery recovery) =>
        Check(recovery.Head == Head, $"The head that was recovered is {recovery.Head}, not {Head}.");

    public static async Task<long?> PublishedSizeAsync(IAuditSink sink) =>
        await sink.ReadCheckpointAsync() is { } note ? SignedCheckpoint.Parse(note).Checkpoint.Size : null;

    public async Task CloseAsync(IAuditSink sink)
    {
        _sinks.Remove(sink);
        await sink.DisposeAsync();
    }

    /// <summary>The next run of the process: everything that was there must be there again.</summary>
    public async Task<IAuditSink> ReopenAsync(IAuditSink sink)
    {
        await CloseAsync(sink);
        return await OpenAsync();
    }

    /// <summary>The next run of a process that was killed.</summary>
    public async Task<IAuditSink> CrashAsync(IAuditSink sink)
    {
        await _harness.CrashAsync(sink);
        return await OpenAsync();
    }

    /// <summary>Entries that come next, all of one writer.</summary>
    public List<byte[]> Next(int count, string actor = "conformance", int length = 0) =>
        [.. Enumerable.Range(0, count).Select(i => ModelLog.Entry(Log.Size + i, actor, length))];

    public Task CommitAsync(IAuditSink sink, int count) => CommitAsync(sink, Next(count));

    public async Task CommitAsync(IAuditSink sink, IReadOnlyList<byte[]> entries, long? privilegeHead = null)
    {
        using var commit = await sink.OpenCommitAsync(CancellationToken.None);
        CheckOpened(commit);
        var outcome = await commit.CompleteAsync(BatchOf(commit, entries, privilegeHead), CancellationToken.None);
        Check(outcome == CommitOutcome.Committed, $"A commit of {entries.Count} entries on the current head came to {outcome}.");
        Committed(entries, privilegeHead);
        Check(sink.CommittedSize == Log.Size, $"CommittedSize is {sink.CommittedSize} after {Log.Size} entries were committed.");
    }

    /// <summary>Puts what was committed on record.</summary>
    public void Committed(IEnumerable<byte[]> entries, long? privilegeHead = null)
    {
        PrivilegeHead = privilegeHead ?? PrivilegeHead;
        foreach (var entry in entries)
        {
            Log.Add(entry);
        }
    }

    public void CheckOpened(IAuditCommit commit) =>
        Check(commit.Head == Head, $"The commit was opened on {commit.Head}; the head is {Head}.");

    /// <summary>The batch as a log would make it on an opened commit.</summary>
    public static CommitBatch BatchOf(IAuditCommit commit, IReadOnlyList<byte[]> entries, long? privilegeHead = null)
    {
        var size = commit.Head.Size + entries.Count;
        return new CommitBatch
        {
            FirstIndex = commit.Head.Size,
            Count = entries.Count,
            Entries = ModelLog.Prefixed(entries),
            Head = new LogHead(size, ModelLog.TimeOf(size - 1), privilegeHead ?? commit.Head.PrivilegeHead),
        };
    }

    public ValueTask<SignedCheckpoint> SignAsync(long size) =>
        SignedCheckpoint.SignAsync(new Checkpoint(Origin, size, Log.Root(size)), [Signer]);

    public async Task<CompactRange> IntegrateAsync(IAuditSink sink)
    {
        var range = await sink.IntegrateAsync(CancellationToken.None);
        Check(range.Size <= Log.Size, $"{range.Size} entries were integrated, but {Log.Size} are committed.");
        Check(range.Root() == Log.Root(range.Size), $"The root that was integrated is not that of the first {range.Size} entries.");
        return range;
    }

    /// <summary>Integrates, signs and publishes until everything committed is published.</summary>
    public async Task<SignedCheckpoint> PublishAsync(IAuditSink sink)
    {
        for (var before = -1L; ;)
        {
            var range = await IntegrateAsync(sink);
            Check(range.Size > before, $"{range.Size} entries of {Log.Size} are integrated and published, and integrating gets no further.");
            var candidate = await SignAsync(range.Size);
            var published = await sink.PublishAsync(candidate, CancellationToken.None);
            Check(published is not null && published.Bytes.Span.SequenceEqual(candidate.Bytes.Span), $"A new checkpoint of the size integrated, {range.Size}, was not published.");
            if (range.Size == Log.Size)
            {
                return candidate;
            }

            before = range.Size;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sink in _sinks)
        {
            await sink.DisposeAsync();
        }

        Signer.Dispose();
    }

    private LogHead HeadAt(int size) => size == 0 ? LogHead.Empty : new LogHead(size, ModelLog.TimeOf(size - 1), PrivilegeHead);
}
