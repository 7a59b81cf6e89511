using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Testing;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Conformance;

/// <summary>Sinks on one store of which each breaks one sentence of the contract; all others it leaves to the sink behind it.</summary>
internal sealed class MutantHarness(Func<MutantHarness, IAuditSink, IAuditSink> mutate) : SinkHarness
{
    private InMemoryStore _store = new();

    public override bool CanCrash => true;

    public override bool CanBreak => true;

    public bool IsBroken { get; private set; }

    /// <summary>What all mutants of the store remember.</summary>
    public Dictionary<string, object> Memory { get; } = new(StringComparer.Ordinal);

    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(1);

    public override TimeSpan Patience => Limit;

    public override IAuditSink CreateSink() => mutate(this, new InMemorySink(_store));

    /// <summary>Of a store in memory nothing is left.</summary>
    public override ValueTask CrashAsync(IAuditSink sink)
    {
        _store = new InMemoryStore();
        return ValueTask.CompletedTask;
    }

    public override ValueTask BreakAsync()
    {
        IsBroken = true;
        return ValueTask.CompletedTask;
    }

    public override ValueTask MendAsync()
    {
        IsBroken = false;
        return ValueTask.CompletedTask;
    }
}

/// <summary>Leaves everything to another sink; what a mutant changes it overrides.</summary>
internal sealed class Mutant(IAuditSink inner) : IAuditSink
{
    public Func<bool>? Durable { get; init; }

    public Func<bool>? Shared { get; init; }

    public Func<long>? Size { get; init; }

    public Func<SinkContext, ValueTask>? Claim { get; init; }

    public Func<CompactRange?, ValueTask<SinkRecovery>>? Recover { get; init; }

    public Func<IAuditCommit, IAuditCommit>? Open { get; init; }

    public Func<ValueTask<CompactRange>>? Integrate { get; init; }

    public Func<SignedCheckpoint, ValueTask<SignedCheckpoint?>>? Publish { get; init; }

    public Func<long, ValueTask<CommittedEntries?>>? ReadCommitted { get; init; }

    public Func<ValueTask<ReadOnlyMemory<byte>?>>? ReadCheckpoint { get; init; }

    public Func<TileCoordinate, ValueTask<ReadOnlyMemory<byte>?>>? ReadTile { get; init; }

    public Func<EntryBundleCoordinate, ValueTask<ReadOnlyMemory<byte>?>>? ReadBundle { get; init; }

    public Action? Disposing { get; init; }

    public bool IsDurable => Durable?.Invoke() ?? inner.IsDurable;

    public bool IsShared => Shared?.Invoke() ?? inner.IsShared;

    public long CommittedSize => Size?.Invoke() ?? inner.CommittedSize;

    public ValueTask ClaimAsync(SinkContext context, CancellationToken cancellationToken) =>
        Claim?.Invoke(context) ?? inner.ClaimAsync(context, cancellationToken);

    public ValueTask<SinkRecovery> RecoverAsync(CompactRange? published, CancellationToken cancellationToken) =>
        Recover?.Invoke(published) ?? inner.RecoverAsync(published, cancellationToken);

    public async ValueTask<IAuditCommit> OpenCommitAsync(CancellationToken cancellationToken)
    {
        var commit = await inner.OpenCommitAsync(cancellationToken);
        return Open?.Invoke(commit) ?? commit;
    }

    public ValueTask<CompactRange> IntegrateAsync(CancellationToken cancellationToken) => Integrate?.Invoke() ?? inner.IntegrateAsync(cancellationToken);

    public ValueTask<SignedCheckpoint?> PublishAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken) =>
        Publish?.Invoke(checkpoint) ?? inner.PublishAsync(checkpoint, cancellationToken);

    public ValueTask<CommittedEntries?> ReadCommittedAsync(long index, CancellationToken cancellationToken) =>
        ReadCommitted?.Invoke(index) ?? inner.ReadCommittedAsync(index, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken = default) =>
        ReadCheckpoint?.Invoke() ?? inner.ReadCheckpointAsync(cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileCoordinate tile, CancellationToken cancellationToken = default) =>
        ReadTile?.Invoke(tile) ?? inner.ReadTileAsync(tile, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadEntryBundleAsync(EntryBundleCoordinate bundle, CancellationToken cancellationToken = default) =>
        ReadBundle?.Invoke(bundle) ?? inner.ReadEntryBundleAsync(bundle, cancellationToken);

    public ValueTask DisposeAsync()
    {
        Disposing?.Invoke();
        return inner.DisposeAsync();
    }
}

/// <summary>A commit of which something is changed.</summary>
internal sealed class MutantCommit(IAuditCommit inner) : IAuditCommit
{
    public Func<LogHead>? At { get; init; }

    public Func<DateTimeOffset>? Time { get; init; }

    public Func<CommitBatch, CancellationToken, ValueTask<CommitOutcome>>? Complete { get; init; }

    public LogHead Head => At?.Invoke() ?? inner.Head;

    public DateTimeOffset Now => Time?.Invoke() ?? inner.Now;

    public ValueTask<CommitOutcome> CompleteAsync(CommitBatch batch, CancellationToken cancellationToken) =>
        Complete?.Invoke(batch, cancellationToken) ?? inner.CompleteAsync(batch, cancellationToken);

    public void Dispose() => inner.Dispose();
}

internal static class Mutants
{
    /// <summary>What each does wrong, the case that notices, and the sink.</summary>
    public static IReadOnlyList<(string Wrong, string Case, Func<MutantHarness, IAuditSink, IAuditSink> Mutate)> All { get; } =
    [
        ("acknowledges without storing", "Commit: of 1, 255 to 257 and thousands of entries", (_, sink) => Completing(sink, (_, _, _) => new(CommitOutcome.Committed))),
        ("acknowledges what it has only in memory", "Recovery: committed entries outlive the process", (_, sink) => new Mutant(sink) { Durable = () => true }),
        ("loses at a crash what it has published", "Publication: it is durable", (_, sink) => new Mutant(sink) { Durable = () => true }),
        ("forgets at recovery what is not published", "Recovery: after disposing", (_, sink) => new Mutant(sink)
        {
            Recover = async published => Recovered(await sink.RecoverAsync(published, default), published),
        }),
        ("takes any published root", "Recovery: what was published has another root", (_, sink) => new Mutant(sink)
        {
            Recover = _ => sink.RecoverAsync(null, default),
        }),
        ("begins a log over entries without a checkpoint", "Recovery: entries without a checkpoint", (_, sink) => new Mutant(sink)
        {
            Recover = async published => published is null ? new SinkRecovery(LogHead.Empty) : await sink.RecoverAsync(published, default),
        }),
        ("forgets the privilege head", "Recovery: the head comes back", (_, sink) => new Mutant(sink)
        {
            Recover = async published => await sink.RecoverAsync(published, default) is var found ? found with { Head = found.Head with { PrivilegeHead = -1 } } : null!,
        }),
        ("forgets the privilege head at once", "Commit: the head once the entries are in", (_, sink) => new Mutant(sink)
        {
            Open = commit => new MutantCommit(commit) { At = () => commit.Head with { PrivilegeHead = -1 } },
        }),
        ("takes the time of opening for the last entry's", "Commit: on the head", (_, sink) => new Mutant(sink)
        {
            Open = commit => new MutantCommit(commit) { At = () => commit.Head with { LastTime = commit.Now } },
        }),
        ("opens on a stale head", "Commit: opened on the current head", (harness, sink) => new Mutant(sink)
        {
            Open = commit => new MutantCommit(commit) { At = () => Remembered(harness, "head", commit.Head) },
        }),
        ("has no clock", "Commit: the time", (_, sink) => new Mutant(sink)
        {
            Open = commit => new MutantCommit(commit) { Time = () => DateTimeOffset.UnixEpoch },
        }),
        ("lets a conflicting batch through", "Shared: nothing of a conflicting batch ever appears", (_, sink) => Completing(sink, (commit, batch, _) => RebasedAsync(sink, commit, batch))),
        ("calls a conflict committed", "Shared: who was not first conflicts", (_, sink) => Completing(sink, async (commit, batch, _) =>
        {
            await commit.CompleteAsync(batch, default);
            return CommitOutcome.Committed;
        })),
        ("completes a commit twice", "Commit: completed once", (_, sink) => Completing(sink, (commit, batch, _) => RebasedAsync(sink, commit, batch))),
        ("writes a batch entry by entry", "Shared: a commit is for all or nobody to see", (_, sink) => Completing(sink, (_, batch, _) => InPartsAsync(sink, batch, TimeSpan.FromMilliseconds(50)))),
        ("is half done when it is cancelled", "Cancellation: before", (_, sink) => Completing(sink, async (commit, batch, token) =>
        {
            if (token.IsCancellationRequested)
            {
                await sink.CompleteAsync(First(batch, batch.Count / 2));
                token.ThrowIfCancellationRequested();
            }

            return await commit.CompleteAsync(batch, default);
        })),
        ("fails half-way", "Failure: completing a commit", (harness, sink) => Completing(sink, async (commit, batch, _) =>
        {
            if (harness.IsBroken)
            {
                await sink.CompleteAsync(First(batch, batch.Count / 2));
                throw new IOException("The disk is full.");
            }

            return await commit.CompleteAsync(batch, default);
        })),
        ("says that nothing was written although it was", "Failure: completing a commit, before anything was written", (harness, sink) => Completing(sink, async (commit, batch, _) =>
        {
            var outcome = await commit.CompleteAsync(batch, default);
            return harness.IsBroken ? throw new AuditUnavailableException("Nothing was written.") : outcome;
        })),
        ("keeps the batch's memory", "Commit: the batch's memory is used again", (harness, sink) => KeepingMemory(harness, sink)),
        ("hands out its own range", "Integration: the range that is to be signed", (harness, sink) => new Mutant(sink)
        {
            Integrate = async () => await sink.IntegrateAsync(default) is var range && harness.Memory.TryGetValue("own", out var own) && ((CompactRange)own).Size == range.Size
                ? (CompactRange)own
                : Remember(harness, "own", range),
        }),
        ("integrates what is not there yet", "Integration: nothing that is not committed", (_, sink) => new Mutant(sink)
        {
            ReadTile = async tile => await sink.ReadTileAsync(tile) ?? new byte[tile.Width * MerkleHash.Size],
        }),
        ("integrates once and no more", "Integration: again, with nothing published meanwhile", (harness, sink) => new Mutant(sink)
        {
            Integrate = async () => Remembered(harness, "integrated", (await sink.IntegrateAsync(default)).Clone()),
        }),
        ("publishes backwards", "Publication: an older one changes nothing", (harness, sink) => Publishing(harness, sink, _ => true)),
        ("signs the same size anew", "Publication: what is published is never signed anew", (harness, sink) =>
            Publishing(harness, sink, checkpoint => checkpoint.Checkpoint.Size >= ((SignedCheckpoint)harness.Memory["published"]).Checkpoint.Size)),
        ("publishes what it has not integrated", "Publication: of a size that is not the one integrated last", (_, sink) => new Mutant(sink)
        {
            Publish = async checkpoint =>
            {
                await sink.IntegrateAsync(default);
                return await sink.PublishAsync(checkpoint, default);
            },
        }),
        ("answers with what it was given", "Publication: another writer was first", (_, sink) => new Mutant(sink)
        {
            Publish = async checkpoint => await sink.PublishAsync(checkpoint, default) is null ? null : checkpoint,
        }),
        ("gives a partial tile the width of the full one", "Reading: a partial tile that has become full", (_, sink) => new Mutant(sink)
        {
            ReadTile = async tile => await sink.ReadTileAsync(tile.Full) ?? await sink.ReadTileAsync(tile),
        }),
        ("has no partial bundle once it is full", "Reading: a partial bundle that has become full", (_, sink) => new Mutant(sink)
        {
            ReadBundle = async bundle => bundle.IsPartial && await sink.ReadEntryBundleAsync(bundle.Full) is not null ? null : await sink.ReadEntryBundleAsync(bundle),
        }),
        ("gives an empty tile for none", "Reading: what is not there", (_, sink) => new Mutant(sink)
        {
            ReadTile = async tile => await sink.ReadTileAsync(tile) ?? ReadOnlyMemory<byte>.Empty,
        }),
        ("mixes up two levels of tiles", "Reading: every file of a log of 70,000 entries", (_, sink) => new Mutant(sink)
        {
            ReadTile = tile => sink.ReadTileAsync(tile.Level == 2 ? new TileCoordinate(1, tile.Index, tile.Width) : tile),
        }),
        ("reads published entries alone", "Reading: committed entries, published or not", (_, sink) => new Mutant(sink)
        {
            ReadCommitted = async index => await sink.ReadCheckpointAsync() is { } note && index < SignedCheckpoint.Parse(note).Checkpoint.Size ? await sink.ReadCommittedAsync(index, default) : null,
        }),
        ("is one off in where a run begins", "Reading: committed entries, from any index on", (_, sink) => new Mutant(sink)
        {
            ReadCommitted = async index => await sink.ReadCommittedAsync(index, default) is { } found ? found with { FirstIndex = index } : null,
        }),
        ("reads nothing where it cannot read", "Failure: reading", (harness, sink) => new Mutant(sink)
        {
            ReadTile = tile => harness.IsBroken ? new((ReadOnlyMemory<byte>?)null) : sink.ReadTileAsync(tile),
        }),
        ("throws whatever comes when it cannot read", "Failure: reading what is committed", (harness, sink) => new Mutant(sink)
        {
            ReadCommitted = index => harness.IsBroken ? throw new IOException("Broken pipe") : sink.ReadCommittedAsync(index, default),
        }),
        ("throws whatever comes when it cannot open a commit", "Failure: opening a commit", (harness, sink) => new Mutant(sink)
        {
            Open = commit => harness.IsBroken ? throw new IOException("Broken pipe") : commit,
        }),
        ("counts what it wrote itself", "Commit: how many are committed", (_, sink) => CountingOwn(sink)),
        ("claims twice", "Claim: a second time", (_, sink) => new Mutant(sink)
        {
            Claim = async context =>
            {
                try
                {
                    await sink.ClaimAsync(context, default);
                }
                catch (InvalidOperationException)
                {
                    // Why not?
                }
            },
        }),
        ("takes any log for its own", "Claim: a log of another name is refused", (_, sink) => new Mutant(sink)
        {
            Claim = async context => await sink.ClaimAsync(context with { Origin = "conformance.example/log" }, default),
        }),
        ("lets a second writer in though it is not shared", "Claim: another writer is refused", (_, sink) => new Mutant(sink) { Shared = () => false }),
        ("does not let go", "Claim: disposing lets go", (harness, sink) => new Mutant(sink)
        {
            Claim = context => harness.Memory.TryAdd("claim", sink) ? sink.ClaimAsync(context, default) : throw new AuditLogLockedException("Somebody holds it."),
        }),
        ("clears the store when it is claimed", "Claim: a log that is there is left as it is", (harness, sink) => new Mutant(sink)
        {
            Claim = async context =>
            {
                if (sink.CommittedSize > 0)
                {
                    await harness.CrashAsync(sink);
                }

                await sink.ClaimAsync(context, default);
            },
        }),
        ("hangs", "Commit: abandoned", (_, sink) => new Mutant(sink) { Integrate = () => new(new TaskCompletionSource<CompactRange>().Task) }),
    ];

    private static Mutant Completing(IAuditSink sink, Func<IAuditCommit, CommitBatch, CancellationToken, ValueTask<CommitOutcome>> complete) => new(sink)
    {
        Open = commit => new MutantCommit(commit) { Complete = (batch, token) => complete(commit, batch, token) },
    };

    /// <summary>A sink whose own idea it is what is published.</summary>
    private static Mutant Publishing(MutantHarness harness, IAuditSink sink, Func<SignedCheckpoint, bool> isTaken) => new(sink)
    {
        Publish = async checkpoint =>
        {
            var published = await sink.PublishAsync(checkpoint, default);
            return published is null ? null : (SignedCheckpoint)(harness.Memory["published"] = !harness.Memory.ContainsKey("published") || isTaken(checkpoint) ? checkpoint : published);
        },
        ReadCheckpoint = () => new(harness.Memory.TryGetValue("published", out var published) ? ((SignedCheckpoint)published).Bytes : (ReadOnlyMemory<byte>?)null),
    };

    private static Mutant KeepingMemory(MutantHarness harness, IAuditSink sink) => new(sink)
    {
        Open = commit => new MutantCommit(commit)
        {
            Complete = (batch, token) =>
            {
                harness.Memory[$"{batch.FirstIndex}"] = batch;
                return commit.CompleteAsync(batch, token);
            },
        },
        ReadCommitted = index => harness.Memory.TryGetValue($"{index}", out var kept) && (CommitBatch)kept is var batch
            ? new(new CommittedEntries(index, batch.Count, batch.Entries))
            : sink.ReadCommittedAsync(index, default),
    };

    private static Mutant CountingOwn(IAuditSink sink)
    {
        var own = 0L;
        return new Mutant(sink)
        {
            Size = () => own,
            Open = commit => new MutantCommit(commit)
            {
                Complete = async (batch, token) =>
                {
                    var outcome = await commit.CompleteAsync(batch, token);
                    own = batch.Head.Size;
                    return outcome;
                },
            },
        };
    }

    private static SinkRecovery Recovered(SinkRecovery found, CompactRange? published) => published is null
        ? found
        : found with { Head = found.Head with { Size = published.Size } };

    private static T Remembered<T>(MutantHarness harness, string name, T value)
        where T : notnull
    {
        harness.Memory.TryAdd(name, value);
        return (T)harness.Memory[name];
    }

    private static T Remember<T>(MutantHarness harness, string name, T value)
        where T : notnull
    {
        harness.Memory[name] = value;
        return value;
    }

    /// <summary>Appends whatever it is given behind whatever is there.</summary>
    private static async ValueTask<CommitOutcome> RebasedAsync(IAuditSink sink, IAuditCommit commit, CommitBatch batch)
    {
        var outcome = await commit.CompleteAsync(batch, default);
        return outcome != CommitOutcome.Conflict
            ? outcome
            : await sink.CompleteAsync(batch with { FirstIndex = sink.CommittedSize, Head = batch.Head with { Size = sink.CommittedSize + batch.Count } });
    }

    private static async ValueTask<CommitOutcome> InPartsAsync(IAuditSink sink, CommitBatch batch, TimeSpan pause)
    {
        using var first = await sink.OpenCommitAsync(default);
        await sink.CompleteAsync(First(batch, 1));
        await Task.Delay(pause);
        using var second = await sink.OpenCommitAsync(default);
        var entries = EntryBundle.LengthOf(batch.Entries.Span, 1);
        return await second.CompleteAsync(batch with { FirstIndex = batch.FirstIndex + 1, Count = batch.Count - 1, Entries = batch.Entries[entries..] }, default);
    }

    /// <summary>The first entries of a batch, as a batch of their own.</summary>
    private static CommitBatch First(CommitBatch batch, int count) => batch with
    {
        Count = count,
        Entries = batch.Entries[..EntryBundle.LengthOf(batch.Entries.Span, count)],
        Head = batch.Head with { Size = batch.FirstIndex + count },
    };

    private static async ValueTask<CommitOutcome> CompleteAsync(this IAuditSink sink, CommitBatch batch)
    {
        using var commit = await sink.OpenCommitAsync(default);
        return await commit.CompleteAsync(batch, default);
    }
}
