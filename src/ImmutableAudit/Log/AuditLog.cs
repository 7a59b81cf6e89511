using System.Runtime.CompilerServices;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Log;
using ImmutableAudit.Storage;
using Microsoft.Extensions.Logging;

namespace ImmutableAudit;

/// <summary>
/// An open audit log: appends, proves, reads. Register it with <c>AddImmutableAudit</c>, or open it with
/// <see cref="OpenAsync(AuditLogOptions, CancellationToken)"/>. Disposing commits and publishes what is left, and closes.
/// </summary>
/// <remarks>Thread-safe. The protocol is in <c>Log/README.md</c>.</remarks>
public sealed class AuditLog : IAuditLog, IAuditLogReader, IAsyncDisposable, IDisposable
{
    /// <summary>Sinks that were given to a log, as long as they are there: closing one that was given away twice would close it for the log that has it.</summary>
    private static readonly ConditionalWeakTable<IAuditSink, object> Given = [];

    private readonly LogServices _log;
    private readonly AppendQueue _queue;
    private readonly Appender _appender;
    private readonly SemaphoreSlim _lifecycle = new(1, 1);

    /// <summary>Cancelled before closing waits for the lifecycle's lock: whoever has it gives it up. Never disposed: there is nothing in it to give back.</summary>
    private readonly CancellationTokenSource _closing = new();
    private readonly CommittedReader _reader;
    private readonly Outcomes _outcomes;
    private readonly RunRecord _run;
    private Sequencer? _sequencer;
    private Publisher? _publisher;

    /// <summary>What proofs are made from, kept for what it remembers. It does not matter whose is kept where several are made at once.</summary>
    private volatile LogSnapshot? _snapshot;
    private bool _isOpen;
    private bool _disposed;

    /// <summary>A log that is not open yet: a host opens it when it starts.</summary>
    internal AuditLog(AuditLogOptions options)
    {
        var faults = options.Validate().ToList();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join(' ', faults), nameof(options));
        }

        _log = new LogServices(options, new QuietLogger(options.LoggerFactory.CreateLogger<AuditLog>()), new AuditLogMetrics(options));
        _queue = new AppendQueue(options.MaxQueuedEntries, options.MaxQueuedBytes);
        var requests = new RequestPool();
        _appender = new Appender(_log, _queue, requests);
        _outcomes = new Outcomes(_log, _queue, requests);
        _reader = new CommittedReader(_log);
        _run = new RunRecord(_log, _appender, _lifecycle, _closing.Token);
        Privileged = new PrivilegedLog(_log, _appender, _outcomes, _run, () => LatestCheckpoint, SnapshotOf);
    }

    /// <inheritdoc/>
    public string Origin => _log.Options.Origin;

    /// <inheritdoc/>
    public SignedCheckpoint LatestCheckpoint => Publishing.Latest;

    /// <summary>The keys by which checkpoints are signed now: what an auditor needs (<see cref="INoteVerifier.ToVerifierKey"/>).</summary>
    public IReadOnlyList<INoteVerifier> Keys => [.. _log.Signers.Select(signer => signer.Verifier)];

    /// <inheritdoc/>
    public long Size => _log.Sink.CommittedSize;

    /// <summary>The published log, as verification and witnesses read it.</summary>
    public ILogReader Published => _log.Sink;

    /// <summary>The log as the privilege layer uses it.</summary>
    internal IPrivilegedLog Privileged { get; }

    private Publisher Publishing => _publisher ?? throw _log.Status.Refusal();

    /// <summary>Opens a log for writing, or begins it where nothing is stored yet.</summary>
    /// <param name="options">What to open. The log takes over the sink and disposes it, also when opening fails.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    /// <exception cref="InvalidOperationException">The sink was given to a log before; to that one nothing happens.</exception>
    /// <exception cref="AuditLogLockedException">Another writer has it open.</exception>
    /// <exception cref="AuditLogMismatchException">It is another log.</exception>
    /// <exception cref="AuditLogCorruptException">It is damaged.</exception>
    /// <exception cref="AuditLogRollbackException">It is behind, different from, or gone since what is remembered.</exception>
    /// <exception cref="AuditLogException">It cannot be written to.</exception>
    public static async Task<AuditLog> OpenAsync(AuditLogOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        TakeSink(options);
        AuditLog? log = null;
        try
        {
            log = new AuditLog(options);
            await log.OpenAsync(cancellationToken).ConfigureAwait(false);
            return log;
        }
        catch
        {
            var opened = (IAsyncDisposable?)log ?? options.Sink;
            if (opened is not null)
            {
                await opened.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<AuditReceipt> AppendAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default) =>
        _appender.AppendAsync(Traced(auditEvent), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AuditReceipt> AppendAsync(EncodedEvent auditEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(auditEvent);
        return _appender.AppendAsync(auditEvent, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AuditReceipt>> AppendAsync(
        IReadOnlyList<AuditEvent> auditEvents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(auditEvents);
        ArgumentOutOfRangeException.ThrowIfZero(auditEvents.Count, nameof(auditEvents));
        return _appender.AppendManyAsync(auditEvents.Select(Traced).ToArray(), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AuditReceipt>> AppendAsync(
        IReadOnlyList<EncodedEvent> auditEvents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(auditEvents);
        ArgumentOutOfRangeException.ThrowIfZero(auditEvents.Count, nameof(auditEvents));
        return _appender.AppendManyAsync(auditEvents.ToArray(), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<ConditionalAppend> AppendIfAsync(
        AuditEvent auditEvent, Func<LogHead, bool> condition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var result = await _appender.AppendIfAsync(Traced(auditEvent), condition, cancellationToken).ConfigureAwait(false);
        return new ConditionalAppend(result.Holds, result.Receipt, result.Head);
    }

    /// <inheritdoc/>
    public AuditReceipt Append(AuditEvent auditEvent, CancellationToken cancellationToken = default) =>
        _appender.Append(Traced(auditEvent), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Guid> PostAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default) =>
        _appender.PostAsync(Traced(auditEvent), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Guid> PostAsync(EncodedEvent auditEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(auditEvent);
        return _appender.PostAsync(auditEvent, cancellationToken);
    }

    /// <summary>Says that the clock is right although it is further ahead than time can have passed, and records who said so (LOG.md L9).</summary>
    /// <param name="by">Who says so.</param>
    /// <param name="reason">Why, for the record.</param>
    /// <param name="cancellationToken">Withdraws the entry, as long as it has no index.</param>
    public ValueTask<AuditReceipt> AcceptClockAsync(AuditSubject by, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return _appender.AppendAsync(LibraryEvents.ClockAccepted(by, reason), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<SignedCheckpoint> FlushAsync(CancellationToken cancellationToken = default)
    {
        var size = await _appender.SettleAsync(cancellationToken).ConfigureAwait(false);
        return await Publishing.DemandAsync(size).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<AuditProof> ProveAsync(long index, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Size);
        var checkpoint = LatestCheckpoint;
        if (checkpoint.Checkpoint.Size <= index)
        {
            checkpoint = await Publishing.DemandAsync(index + 1).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await SnapshotOf(checkpoint).ProveAsync(index, cancellationToken).ConfigureAwait(false);
        }
        catch (AuditFormatException e)
        {
            throw new AuditLogCorruptException($"Entry {index} of the log '{Origin}' cannot be proved: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<AuditConsistencyProof> ProveConsistencyAsync(long oldSize, CancellationToken cancellationToken = default)
    {
        var checkpoint = LatestCheckpoint;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, checkpoint.Checkpoint.Size);
        try
        {
            return await SnapshotOf(checkpoint).ProveConsistencyAsync(oldSize, cancellationToken).ConfigureAwait(false);
        }
        catch (AuditFormatException e)
        {
            throw new AuditLogCorruptException($"The log '{Origin}' cannot be proved to extend its state of size {oldSize}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AuditEntry> ReadAsync(long from = 0, long? to = null, CancellationToken cancellationToken = default) =>
        _reader.ReadAsync(from, to, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<AuditEntry> FollowAsync(long from = 0, CancellationToken cancellationToken = default) =>
        _reader.FollowAsync(from, cancellationToken);

    /// <summary>Commits what waits, publishes it, and closes the log. Never throws; failures are reported, and what was acknowledged stays as durable as it was.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _lifecycle.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            await CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    internal async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _lifecycle.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_sequencer is not null && !_isOpen)
            {
                throw _log.Status.Refusal();
            }

            if (_sequencer is null)
            {
                var opened = await new LogOpener(_log).OpenAsync(cancellationToken).ConfigureAwait(false);

                // What happened before this run's first event goes on record before it; so it waits before anybody can append.
                var first = OpeningEntries(opened).ToList();
                foreach (var request in first)
                {
                    request.Encode(_log.Options.TimeProvider);
                    _queue.TryEnqueue(request);
                }

                Start(opened);
                _run.IsLogOpen = true;
                await CommitFirstAsync(first, cancellationToken).ConfigureAwait(false);
                _publisher!.Open(opened.Recovery.Head.Size);
                _isOpen = true;
            }
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    private async Task CommitFirstAsync(List<AppendRequest> first, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var request in first)
            {
                await request.Result.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            _log.Status.Faulted(e); // A run that is not known to have begun does not end on record, and is not begun again.
            throw;
        }
    }

    private void Start(OpenedLog opened)
    {
        if (_log.Options.Observers.Count == 0 && _log.Sink.IsDurable)
        {
            LogMessages.NoObserver(_log.Logger, Origin);
        }

        _publisher = new Publisher(_log, _queue, opened.Published, opened.Range, _log.Options.TimeProvider.GetUtcNow());
        _sequencer = new Sequencer(_log, _queue, _outcomes, _publisher, opened.Recovery);
        _log.Metrics.Watch(_queue, _publisher, _log.Options.TimeProvider);
        _log.Status.Open();
        _publisher.Start();
        _sequencer.Start();
        LogMessages.Opened(_log.Logger, Origin, opened.Recovery.Head.Size, opened.Published.Checkpoint.Size);
    }

    private IEnumerable<AppendRequest> OpeningEntries(OpenedLog opened)
    {
        if (opened.Recovery.DroppedBytes > 0)
        {
            LogMessages.Recovered(_log.Logger, opened.Recovery.Head.Size, opened.Recovery.DroppedBytes);

            // The sequencer owes the entry itself; this one without events only waits for it.
            yield return new AppendRequest();
        }

        var signed = opened.Published.Note.Signatures;
        if (opened.Published.Checkpoint.Size > 0
            && !signed.Select(by => (by.Name, by.KeyId)).ToHashSet().SetEquals(Keys.Select(key => (key.Name, key.KeyId))))
        {
            yield return LibraryEvents.KeyChanged(signed, opened.Signers, Keys);
        }

        if (_run.IsWanted || (opened.IsNew && _log.Options.Predecessor is not null))
        {
            yield return _run.Open(opened.IsNew);
        }
    }

    private LogSnapshot SnapshotOf(SignedCheckpoint checkpoint) => _snapshot = _snapshot?.At(checkpoint) ?? new LogSnapshot(_log.Sink, checkpoint);

    private async Task CloseAsync()
    {
        try
        {
            if (_sequencer is not null && _publisher is not null)
            {
                if (!_log.Status.IsFaulted && await _outcomes.CloseAsync().ConfigureAwait(false) && _run.IsOpened)
                {
                    // Nothing of this run comes behind it, not even what was asked for meanwhile.
                    _queue.Close(LibraryEvents.Closed(_run.Session));
                }

                _sequencer.Dispose();
                _log.Status.Closed();
                _publisher.Dispose();
                LogMessages.Closed(_log.Logger, Origin, Size);
            }

        }
        catch (Exception e)
        {
            LogMessages.ClosingFailed(_log.Logger, Origin, e);
        }

        try
        {
            _log.Status.Closed();
            _reader.Dispose();
            await _log.Sink.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogMessages.ClosingFailed(_log.Logger, Origin, e);
        }

        _log.Metrics.Dispose();
    }

    /// <summary>Takes the sink over. Before, it is not this log's to dispose of.</summary>
    /// <exception cref="InvalidOperationException">It was given to a log before.</exception>
    internal static void TakeSink(AuditLogOptions options)
    {
        if (options.Sink is { } sink && !Given.TryAdd(sink, sink))
        {
            throw new InvalidOperationException(
                $"The sink for the log '{Printable.Of(options.Origin)}' was given to a log before. To that one nothing happened. Give each log a sink of its own, also when it is opened again.");
        }
    }

    /// <summary>An event without a trace belongs to the one that is being traced.</summary>
    private static AuditEvent Traced(AuditEvent auditEvent) =>
        auditEvent is { Trace: null } && CurrentTrace.Id is { } trace ? auditEvent with { Trace = trace } : auditEvent;
}
