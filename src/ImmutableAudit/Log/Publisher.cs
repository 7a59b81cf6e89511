using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;

namespace ImmutableAudit.Log;

/// <summary>
/// Integrates what is committed, signs, and publishes: on an interval while there is something new, and on demand (LOG.md
/// L22, L23). On a thread of its own, so that it lags behind committing without holding it up.
/// </summary>
internal sealed class Publisher : IDisposable
{
    /// <summary>How long closing waits for a signer that neither signs nor fails.</summary>
    public static readonly TimeSpan ClosingGrace = TimeSpan.FromSeconds(30);

    /// <summary>What another writer has committed, that one publishes; where it has not for so many intervals, this one does.</summary>
    private const int IntervalsOfOthers = 10;

    private static readonly TimeSpan LongestIntervalOfOthers = TimeSpan.FromDays(1);

    private readonly LogServices _log;
    private readonly AppendQueue _queue;
    private readonly CheckpointMemory _memory;
    private readonly OutsideCall _signing;
    private readonly Thread _thread;
    private readonly ITimer _timer;
    private ITimer? _others;
    private long _sizeOfOthers = -1;

    /// <summary>Never disposed: the grace's timer may still be about to cancel it, and there is nothing in it to give back.</summary>
    private readonly CancellationTokenSource _abandon = new();

    /// <summary>Integrating and publishing never run together with recovering. Signing, which may hang, is done outside.</summary>
    private readonly Lock _sinkGate = new();

    /// <summary>Guards what follows, and is waited on.</summary>
    private readonly object _wake = new();
    private readonly ChangeSignal _publications = new();
    private readonly List<Demand> _demands = [];
    private long _committed;
    private bool _isOpen;
    private bool _timerArmed;
    private bool _due;
    private bool _stopping;

    private volatile Published _published;
    private TimeSpan _delay;
    private volatile bool _abandoned;

    public Publisher(LogServices log, AppendQueue queue, SignedCheckpoint checkpoint, CompactRange range, DateTimeOffset publishedAt)
    {
        _log = log;
        _queue = queue;
        _memory = new CheckpointMemory(log);
        _signing = new OutsideCall("The signer", log.Options.TimeProvider);
        _published = new Published(checkpoint, range, publishedAt);
        _committed = checkpoint.Checkpoint.Size;
        _delay = log.Options.CheckpointInterval;
        using (ExecutionContext.SuppressFlow())
        {
            _timer = log.Options.TimeProvider.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        _thread = new Thread(Run) { Name = $"ImmutableAudit publisher {log.Options.Origin}", IsBackground = true };
    }

    /// <summary>The newest published checkpoint.</summary>
    public SignedCheckpoint Latest => _published.Checkpoint;

    /// <summary>When it was published, or found at opening.</summary>
    public DateTimeOffset LatestTime => _published.Time;

    /// <summary>Completes when the next checkpoint is published.</summary>
    public Task NextPublication => _publications.Next;

    public void Start()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _thread.Start();
            if (_log.Sink.IsShared)
            {
                var interval = _log.Options.CheckpointInterval < LongestIntervalOfOthers / IntervalsOfOthers
                    ? _log.Options.CheckpointInterval * IntervalsOfOthers
                    : LongestIntervalOfOthers;
                _others = _log.Options.TimeProvider.CreateTimer(_ => _ = LookAfterOthersAsync(), null, interval, interval);
            }
        }
    }

    /// <summary>
    /// The log is open: what is committed is published from now on, without being asked for. Before, what is to be on record first may not be.
    /// </summary>
    public void Open(long size)
    {
        lock (_wake)
        {
            _isOpen = true;
        }

        Committed(size);
    }

    /// <summary>Publishes what is committed, once more, where the log was open, and returns when the thread has ended.</summary>
    /// <exception cref="TimeoutException">It does not end. It begins nothing more.</exception>
    public void Dispose()
    {
        lock (_wake)
        {
            _stopping = true;
            Monitor.PulseAll(_wake);
        }

        using var grace = _log.Options.TimeProvider.CreateTimer(_ => _abandon.Cancel(), null, ClosingGrace, Timeout.InfiniteTimeSpan);
        var ended = _thread.Join(ClosingGrace + ClosingGrace);
        _timer.Dispose();
        _others?.Dispose();
        if (!ended)
        {
            // Storage that neither does what it is told, nor fails. Whatever it comes to, nothing is published any more.
            _abandoned = true;
            throw new TimeoutException("What is committed last could not be published: storage does not answer. It stays where it was committed.");
        }
    }

    /// <summary>Says that entries up to this size are committed; they are published within the interval.</summary>
    public void Committed(long size)
    {
        lock (_wake)
        {
            _committed = Math.Max(_committed, size);
            Arm();
        }
    }

    /// <summary>Asks for a checkpoint of at least this size now; demands that come together share one publication.</summary>
    public Task<SignedCheckpoint> DemandAsync(long size)
    {
        var demand = new Demand(size, new TaskCompletionSource<SignedCheckpoint>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_wake)
        {
            if (Latest.Checkpoint.Size >= size)
            {
                return Task.FromResult(Latest);
            }

            if (_stopping)
            {
                return Task.FromException<SignedCheckpoint>(new AuditPublicationException("The log is closing."));
            }

            _demands.Add(demand);
            Monitor.PulseAll(_wake);
        }

        return demand.Completion.Task;
    }

    /// <summary>Makes the sink ready again after a commit of unknown outcome (LOG.md L5). Called by the committing thread.</summary>
    /// <param name="acknowledged">Number of entries that the log has acknowledged.</param>
    public SinkRecovery RecoverSink(long acknowledged)
    {
        lock (_sinkGate)
        {
            var recovery = Blocking.Wait(_log.Sink.RecoverAsync(_published.Range, CancellationToken.None));
            return recovery.Head.Size >= acknowledged ? recovery : throw new AuditLogCorruptException(
                $"The sink found {recovery.Head.Size} entries of the log '{_log.Options.Origin}', but {acknowledged} were acknowledged.");
        }
    }

    /// <summary>Where nobody has published since this looked last, and more is committed than is published, this one does.</summary>
    private async Task LookAfterOthersAsync()
    {
        try
        {
            var note = await _log.Sink.ReadCheckpointAsync(_abandon.Token).ConfigureAwait(false);
            var size = note is { } bytes && SignedCheckpoint.TryParse(bytes, out var published) ? published.Checkpoint.Size : -1;
            if (size == Interlocked.Exchange(ref _sizeOfOthers, size))
            {
                Committed(_log.Sink.CommittedSize);
            }
        }
        catch
        {
            // It is looked at again after a while.
        }
    }

    private void Run()
    {
        while (true)
        {
            List<Demand> demands;
            bool publishes;
            bool last;
            lock (_wake)
            {
                while (!_due && !_stopping && _demands.Count == 0)
                {
                    Monitor.Wait(_wake);
                }

                last = _stopping;
                _due = _timerArmed = false;
                demands = [.. _demands];
                _demands.Clear();
                publishes = _isOpen || demands.Count > 0;
            }

            if (publishes)
            {
                PublishFor(demands);
            }

            lock (_wake)
            {
                if (last)
                {
                    return;
                }

                Arm();
            }
        }
    }

    private void PublishFor(List<Demand> demands)
    {
        AuditPublicationException? failure = null;
        SignedCheckpoint? published = null;
        try
        {
            // A long way in several steps: each is signed, makes room in the journal, and is told to who waits for it.
            var committed = _log.Sink.CommittedSize;
            while (Publish() is { } step)
            {
                published = step;
                Satisfy(demands);
                if (step.Checkpoint.Size >= committed)
                {
                    break;
                }
            }

            _delay = _log.Options.CheckpointInterval;
        }
        catch (Exception e)
        {
            if (e is AuditLogCorruptException)
            {
                LogMessages.Faulted(_log.Logger, e);
                _log.Status.Faulted(e);
            }

            if (e is AuditOutcomeUnknownException && !_log.Status.IsFaulted)
            {
                // The committing thread finds the sink in doubt as soon as it opens a commit, and recovers it.
                _queue.TryEnqueue(new AppendRequest());
            }

            _log.Metrics.PublicationFailed();
            LogMessages.PublicationFailed(_log.Logger, _committed - Latest.Checkpoint.Size, _delay, e);
            _delay = Backoff.Next(_delay);
            var hope = e is AuditOutcomeUnknownException ? "It" : "Nothing is lost; it";
            failure = new AuditPublicationException($"What is committed could not be published: {e.Message} {hope} is tried again.", e);
        }

        Satisfy(demands);
        foreach (var demand in demands)
        {
            demand.Completion.TrySetException(failure ?? new AuditPublicationException(
                $"A checkpoint of size {demand.Size} was asked for, but only {Latest.Checkpoint.Size} entries are committed."));
        }

        // Last: whoever waits for the checkpoint need not wait for a witness.
        if (published is not null)
        {
            _memory.Observe(published, _abandon.Token);
        }
    }

    /// <summary>Gives the newest checkpoint to those for whom it is new enough, also to those who came meanwhile.</summary>
    private void Satisfy(List<Demand> demands)
    {
        var latest = Latest;
        bool TryGive(Demand demand) => latest.Checkpoint.Size >= demand.Size && demand.Completion.TrySetResult(latest);
        demands.RemoveAll(TryGive);
        lock (_wake)
        {
            _demands.RemoveAll(TryGive);
        }
    }

    /// <summary>Publishes what is committed; <see langword="null"/> where that is published already.</summary>
    private SignedCheckpoint? Publish()
    {
        SignedCheckpoint? published = null;
        CompactRange range;
        do
        {
            lock (_sinkGate)
            {
                ThrowIfAbandoned();
                range = Blocking.Wait(_log.Sink.IntegrateAsync(CancellationToken.None));
            }

            if (range.Size <= Latest.Checkpoint.Size)
            {
                return null;
            }

            var checkpoint = new Checkpoint(_log.Options.Origin, range.Size, range.Root());
            var candidate = _signing.Wait(answer => SignedCheckpoint.SignAsync(checkpoint, _log.Signers, answer), _abandon.Token);
            lock (_sinkGate)
            {
                ThrowIfAbandoned();
                published = Blocking.Wait(_log.Sink.PublishAsync(candidate, CancellationToken.None));
            }

            if (published is not null && !ReferenceEquals(published, candidate))
            {
                range = CheckForeign(published, candidate, range);
            }
        }
        while (published is null);

        _published = new Published(published, range, _log.Options.TimeProvider.GetUtcNow());
        _log.Metrics.Published();
        _publications.Signal();
        LogMessages.Published(_log.Logger, published.Checkpoint.Size);
        return published;
    }

    private void ThrowIfAbandoned()
    {
        if (_abandoned)
        {
            throw new AuditPublicationException("The log is closed.");
        }
    }

    /// <summary>Somebody else was first, in another process or in an attempt of ours that seemed to fail.</summary>
    private CompactRange CheckForeign(SignedCheckpoint published, SignedCheckpoint candidate, CompactRange range)
    {
        published.Verify(_log.Options.Origin, _log.AcceptedKeys);
        if (published.Checkpoint.Size > range.Size)
        {
            range = Blocking.Wait(new TreeReader(_log.Sink).CompactRangeAsync(published.Checkpoint.Size, CancellationToken.None));
        }

        var root = published.Checkpoint.Size == candidate.Checkpoint.Size ? candidate.Checkpoint.Root : range.Root();
        if (published.Checkpoint.Root != root)
        {
            throw new AuditLogCorruptException(
                $"The published checkpoint of size {published.Checkpoint.Size} has the root {published.Checkpoint.Root}, but the log's entries have {root}: two histories were signed.");
        }

        return range;
    }

    private void Wake()
    {
        lock (_wake)
        {
            _due = true;
            Monitor.PulseAll(_wake);
        }
    }

    private void Arm()
    {
        if (_isOpen && !_timerArmed && !_stopping && _committed > Latest.Checkpoint.Size)
        {
            _timerArmed = true;
            _timer.Change(_delay, Timeout.InfiniteTimeSpan);
        }
    }

    private sealed record Published(SignedCheckpoint Checkpoint, CompactRange Range, DateTimeOffset Time);

    private sealed record Demand(long Size, TaskCompletionSource<SignedCheckpoint> Completion);
}
