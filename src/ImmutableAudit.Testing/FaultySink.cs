using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Testing;

/// <summary>What can be asked of a sink.</summary>
public enum SinkOperation
{
    /// <summary><see cref="IAuditSink.ClaimAsync"/>.</summary>
    Claim,

    /// <summary><see cref="IAuditSink.RecoverAsync"/>.</summary>
    Recover,

    /// <summary><see cref="IAuditSink.OpenCommitAsync"/>.</summary>
    OpenCommit,

    /// <summary><see cref="IAuditCommit.CompleteAsync"/>.</summary>
    Complete,

    /// <summary><see cref="IAuditSink.IntegrateAsync"/>.</summary>
    Integrate,

    /// <summary><see cref="IAuditSink.PublishAsync"/>.</summary>
    Publish,

    /// <summary><see cref="IAuditSink.ReadCommittedAsync"/>.</summary>
    ReadCommitted,

    /// <summary><see cref="ILogReader.ReadCheckpointAsync"/>.</summary>
    ReadCheckpoint,

    /// <summary><see cref="ILogReader.ReadTileAsync"/>.</summary>
    ReadTile,

    /// <summary><see cref="ILogReader.ReadEntryBundleAsync"/>.</summary>
    ReadEntryBundle,
}

/// <summary>
/// A sink in front of another that lets operations fail as a test says: before they take effect or after, once each; holds them until
/// they are released; or answers a commit itself. And counts them.
/// </summary>
/// <example>
/// <code>
/// var sink = new FaultySink(new InMemorySink());
/// sink.Fail(SinkOperation.Complete, after: 2, tookEffect: true);   // the third commit is there, and nobody knows
/// using var held = sink.Hold(SinkOperation.Publish);               // the next publication waits
/// await held.Reached;
/// </code>
/// </example>
/// <remarks>Thread-safe. Disposing disposes the sink behind it.</remarks>
public sealed class FaultySink : IAuditSink
{
    private readonly IAuditSink _inner;
    private readonly Lock _gate = new();
    private readonly List<Plan> _plans = [];
    private readonly int[] _counts = new int[Enum.GetValues<SinkOperation>().Length];

    /// <summary>Stands in front of a sink.</summary>
    public FaultySink(IAuditSink inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
    }

    /// <inheritdoc/>
    public bool IsDurable => _inner.IsDurable;

    /// <inheritdoc/>
    public bool IsShared => _inner.IsShared;

    /// <inheritdoc/>
    public long CommittedSize => _inner.CommittedSize;

    /// <summary>How often an operation was asked for, whatever became of it.</summary>
    public int Count(SinkOperation operation)
    {
        lock (_gate)
        {
            return _counts[(int)operation];
        }
    }

    /// <summary>Lets an operation fail, once.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="after">How many more calls of it go well before.</param>
    /// <param name="tookEffect">Whether it is done all the same, as where the answer was lost on its way.</param>
    /// <param name="exception">What it throws; by default an <see cref="IOException"/>.</param>
    public void Fail(SinkOperation operation, int after = 0, bool tookEffect = false, Exception? exception = null) => Add(new Plan(operation, after)
    {
        Exception = exception ?? new IOException($"Injected fault: {operation} failed{(tookEffect ? " but took effect" : "")}."),
        TookEffect = tookEffect,
    });

    /// <summary>Answers a commit in the sink's place, once: nothing of it is written.</summary>
    /// <param name="outcome"><see cref="CommitOutcome.Conflict"/> or <see cref="CommitOutcome.Full"/>.</param>
    /// <param name="after">How many more commits go well before.</param>
    public void Answer(CommitOutcome outcome, int after = 0)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)outcome, (int)CommitOutcome.Committed, nameof(outcome));
        Add(new Plan(SinkOperation.Complete, after) { Outcome = outcome });
    }

    /// <summary>Holds an operation, once, until it is released; then it is done.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="after">How many more calls of it go on before.</param>
    public HeldOperation Hold(SinkOperation operation, int after = 0)
    {
        var held = new HeldOperation();
        Add(new Plan(operation, after) { Held = held });
        return held;
    }

    /// <inheritdoc/>
    public async ValueTask ClaimAsync(SinkContext context, CancellationToken cancellationToken) =>
        await DoAsync(SinkOperation.Claim, async () =>
        {
            await _inner.ClaimAsync(context, cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<SinkRecovery> RecoverAsync(CompactRange? published, CancellationToken cancellationToken) =>
        DoAsync(SinkOperation.Recover, () => _inner.RecoverAsync(published, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IAuditCommit> OpenCommitAsync(CancellationToken cancellationToken) => DoAsync<IAuditCommit>(
        SinkOperation.OpenCommit, async () => new Commit(this, await _inner.OpenCommitAsync(cancellationToken).ConfigureAwait(false)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CompactRange> IntegrateAsync(CancellationToken cancellationToken) =>
        DoAsync(SinkOperation.Integrate, () => _inner.IntegrateAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<SignedCheckpoint?> PublishAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken) =>
        DoAsync(SinkOperation.Publish, () => _inner.PublishAsync(checkpoint, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CommittedEntries?> ReadCommittedAsync(long index, CancellationToken cancellationToken) =>
        DoAsync(SinkOperation.ReadCommitted, () => _inner.ReadCommittedAsync(index, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken = default) =>
        DoAsync(SinkOperation.ReadCheckpoint, () => _inner.ReadCheckpointAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileCoordinate tile, CancellationToken cancellationToken = default) =>
        DoAsync(SinkOperation.ReadTile, () => _inner.ReadTileAsync(tile, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadEntryBundleAsync(EntryBundleCoordinate bundle, CancellationToken cancellationToken = default) =>
        DoAsync(SinkOperation.ReadEntryBundle, () => _inner.ReadEntryBundleAsync(bundle, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private void Add(Plan plan)
    {
        lock (_gate)
        {
            _plans.Add(plan);
        }
    }

    private async ValueTask<T> DoAsync<T>(SinkOperation operation, Func<ValueTask<T>> call, CancellationToken cancellationToken)
    {
        if (Take(operation) is not { } plan)
        {
            return await call().ConfigureAwait(false);
        }

        if (plan.Held is { } held)
        {
            await held.WaitAsync(cancellationToken).ConfigureAwait(false);
            return await call().ConfigureAwait(false);
        }

        if (plan.Outcome is T answer)
        {
            return answer;
        }

        if (plan.TookEffect)
        {
            (await call().ConfigureAwait(false) as IDisposable)?.Dispose();
        }

        throw plan.Exception!;
    }

    /// <summary>What is planned for this call.</summary>
    private Plan? Take(SinkOperation operation)
    {
        lock (_gate)
        {
            _counts[(int)operation]++;
            Plan? taken = null;
            foreach (var plan in _plans.Where(plan => plan.Operation == operation).ToList())
            {
                if (plan.After > 0)
                {
                    plan.After--;
                }
                else if (taken is null)
                {
                    taken = plan;
                    _plans.Remove(plan);
                }
            }

            return taken;
        }
    }

    private sealed class Plan(SinkOperation operation, int after)
    {
        public SinkOperation Operation => operation;

        public int After { get; set; } = after;

        public Exception? Exception { get; init; }

        public bool TookEffect { get; init; }

        public CommitOutcome? Outcome { get; init; }

        public HeldOperation? Held { get; init; }
    }

    private sealed class Commit(FaultySink sink, IAuditCommit inner) : IAuditCommit
    {
        public LogHead Head => inner.Head;

        public DateTimeOffset Now => inner.Now;

        public ValueTask<CommitOutcome> CompleteAsync(CommitBatch batch, CancellationToken cancellationToken) =>
            sink.DoAsync(SinkOperation.Complete, () => inner.CompleteAsync(batch, cancellationToken), cancellationToken);

        public void Dispose() => inner.Dispose();
    }
}

/// <summary>An operation of a <see cref="FaultySink"/> that waits. Disposing releases it.</summary>
public sealed class HeldOperation : IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal HeldOperation()
    {
    }

    /// <summary>Completes when the operation was asked for.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Lets it go on. Before it was asked for: it will not wait.</summary>
    public void Release() => _released.TrySetResult();

    /// <inheritdoc cref="Release"/>
    public void Dispose() => Release();

    internal Task WaitAsync(CancellationToken cancellationToken)
    {
        _reached.TrySetResult();
        return _released.Task.WaitAsync(cancellationToken);
    }
}
