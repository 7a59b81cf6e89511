using System.Diagnostics;
using ImmutableAudit.Storage;

namespace ImmutableAudit.Log;

/// <summary>
/// The log's own thread (LOG.md L6): takes what waits, gives it index, time and hash on the sink's head, commits it in one
/// write and one flush, and lets the callers go on. The only one that commits, so one commit is in flight at a time (L1).
/// </summary>
internal sealed class Sequencer : IDisposable
{
    /// <summary>A commit takes what waits up to this many bytes, and one request more at most.</summary>
    private const int CommitBytes = 2 * 1024 * 1024;

    /// <summary>A commit waits for others no longer than the last one took, divided by this, ...</summary>
    private const int PatiencePart = 4;

    /// <summary>... and not longer than this where the disk is slow, since it waits awake.</summary>
    private static readonly long LongestPatience = Stopwatch.Frequency / 4_000;

    /// <summary>Nor for more than so many: with these, more is gained by flushing while the others come.</summary>
    private const int Enough = 64;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private readonly LogServices _log;
    private readonly AppendQueue _queue;
    private readonly EntryClock _clock;
    private readonly Publisher _publisher;
    private readonly Outcomes _outcomes;
    private readonly Batch _batch = new();
    private readonly List<AppendRequest> _taken = [];
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stopping = new();

    /// <summary>Never disposed: the grace's timer may still be about to cancel it, and there is nothing in it to give back.</summary>
    private readonly CancellationTokenSource _graceOver = new();

    /// <summary>Number of entries whose callers were told, or were found when the sink was made ready: none of them may be missing later.</summary>
    private long _acknowledged;

    /// <summary>The entry about what recovery dropped, until it is committed: part of whatever is committed next (LOG.md L3).</summary>
    private AppendRequest? _owed;
    private TimeSpan _roomPause = FirstPause;

    /// <summary>Whether the sink has been given a batch, and has not said that nothing of it was written.</summary>
    private bool _isWriting;

    /// <summary>Requests that are likely to come soon, and how long to wait for them, in ticks of the stopwatch.</summary>
    private int _expected;
    private long _patience;

    public Sequencer(LogServices log, AppendQueue queue, Outcomes outcomes, Publisher publisher, SinkRecovery recovered)
    {
        _log = log;
        _queue = queue;
        _clock = new EntryClock(log.Options.TimeProvider, log.Options.MaxClockJump);
        _publisher = publisher;
        _outcomes = outcomes;
        _log.PrivilegeHead = recovered.Head.PrivilegeHead;
        _acknowledged = recovered.Head.Size;
        _owed = Owed(recovered);
        _thread = new Thread(Run) { Name = $"ImmutableAudit {log.Options.Origin}", IsBackground = true };
    }

    public void Start()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _thread.Start();
        }
    }

    /// <summary>Commits what waits, accepts nothing more, and returns when the thread has ended.</summary>
    public void Dispose()
    {
        _queue.Close();
        _stopping.Set();
        using (_log.Options.TimeProvider.CreateTimer(_ => _graceOver.Cancel(), null, Publisher.ClosingGrace, Timeout.InfiniteTimeSpan))
        {
            _thread.Join();
        }

        _stopping.Dispose();
    }

    private void Run()
    {
        while (Wait())
        {
            Take();
            try
            {
                _log.Status.ThrowIfRefused();
                Commit();
            }
            catch (AuditLogException e) when (e is AuditUnavailableException or AuditClockException)
            {
                FailTaken(e);
            }
            catch (Exception e) when (!_isWriting)
            {
                // The sink itself is in doubt, not what it was to be given next.
                _log.Status.Recovering(e);
                FailTaken(_log.Status.Refusal());
                LogMessages.InDoubt(_log.Logger, e);
                Recover();
            }
            catch (Exception e)
            {
                var unknown = new AuditOutcomeUnknownException(
                    $"Storage failed while the entry was being written: {e.Message} It may be in the log or not; look for its id before appending it again.", e);
                _log.Status.Recovering(e);
                FailTaken(unknown);
                LogMessages.OutcomeUnknown(_log.Logger, _taken.Sum(request => request.Calls), e);
                Recover();
            }
            finally
            {
                _isWriting = false;
                _taken.ForEach(request => request.Release());
                _taken.Clear();
            }
        }
    }

    /// <summary>Waits for requests; <see langword="false"/> once the queue is closed and empty.</summary>
    private bool Wait()
    {
        Gather();
        return _queue.WaitForRequest();
    }

    /// <summary>Requests taken whose callers wait, and may come back.</summary>
    private int Awaited()
    {
        var count = 0;
        foreach (var request in _taken)
        {
            count += request.HasCaller ? 1 : 0;
        }

        return count;
    }

    /// <summary>
    /// Who has just been let go is likely to come back within microseconds: waiting that long for as many as there were,
    /// but no more than a part of what a commit takes, lets all of them share one flush, and saves the thread from falling
    /// asleep and being woken.
    /// </summary>
    private void Gather()
    {
        for (var started = Stopwatch.GetTimestamp(); _queue.Requests < Math.Min(_expected, Enough) && Stopwatch.GetTimestamp() - started < _patience;)
        {
            Thread.Yield();
        }
    }

    /// <summary>Takes what fits into a commit, each request with its place in the log; encodes those that came when the queue was full.</summary>
    private void Take()
    {
        var bytes = CommitBytes;
        for (var before = -1; before < _taken.Count && bytes > 0;)
        {
            before = _taken.Count;
            _queue.Take(_taken, bytes);
            for (var i = before; i < _taken.Count; i++)
            {
                bytes -= Math.Max(1, Encode(_taken[i]));
            }
        }

        Sequence();
        if (_owed is { } owed)
        {
            Encode(owed);
            _taken.Insert(0, owed);
        }

        // Who takes the clock for right comes before the entries that carry its time.
        if (_taken.FindIndex(request => request.AcceptsClock) is var clock and > 0)
        {
            var accepting = _taken[clock];
            _taken.RemoveAt(clock);
            _taken.Insert(0, accepting);
        }
    }

    /// <summary>Gives the requests their place; those withdrawn meanwhile, or that cannot be entries, have none.</summary>
    private void Sequence() => _taken.RemoveAll(request =>
    {
        var without = request.IsFinished || !request.TrySequence();
        if (without)
        {
            request.Release();
        }

        return without;
    });

    private int Encode(AppendRequest request)
    {
        try
        {
            if (!request.IsEncoded)
            {
                request.Encode(_log.Options.TimeProvider);
            }
        }
        catch (Exception e)
        {
            request.Fail(e);
        }

        return request.Length;
    }

    private void Commit()
    {
        while (_taken.Count > 0)
        {
            var started = _log.Options.TimeProvider.GetTimestamp();
            var began = Stopwatch.GetTimestamp();
            using var commit = Blocking.Wait(_log.Sink.OpenCommitAsync(CancellationToken.None));
            var now = commit.Now; // Once: a clock that leaps while the commit is written is to be noticed at the next.
            var time = Stamp(commit, now);
            _log.PrivilegeHead = commit.Head.PrivilegeHead; // Others may have appended.
            _batch.Begin(commit.Head);
            foreach (var request in _taken)
            {
                _batch.Add(request, time);
            }

            if (_batch.Count == 0)
            {
                _batch.Complete();
                return;
            }

            var batch = _batch.ToCommit();
            _isWriting = true;
            var outcome = Blocking.Wait(commit.CompleteAsync(batch, CancellationToken.None));
            _isWriting = outcome is not (CommitOutcome.Conflict or CommitOutcome.Full);
            switch (outcome)
            {
                case CommitOutcome.Committed:
                    _acknowledged = batch.Head.Size;
                    _owed = null;
                    _log.Status.Committed();
                    _roomPause = FirstPause;
                    _clock.Confirm(now);
                    _log.PrivilegeHead = batch.Head.PrivilegeHead;
                    _expected = Awaited() + _queue.Requests;
                    _patience = Math.Min((Stopwatch.GetTimestamp() - began) / PatiencePart, LongestPatience);
                    _batch.Complete();
                    _outcomes.Resubmit();
                    _log.Committed.Signal();
                    _publisher.Committed(batch.Head.Size);
                    _log.Metrics.Committed(batch.Count, batch.Entries.Length, _log.Options.TimeProvider.GetElapsedTime(started));
                    return;
                case CommitOutcome.Conflict:
                    _log.Metrics.Conflict();
                    break;
                case CommitOutcome.Full:
                    WaitForRoom();
                    break;
                default:
                    throw new InvalidOperationException("The sink answered with an outcome that does not exist.");
            }
        }
    }

    /// <summary>The time of what is committed. Who only waits for its turn needs none, and does not fail with those that do (LOG.md L5).</summary>
    private DateTimeOffset Stamp(IAuditCommit commit, DateTimeOffset now)
    {
        try
        {
            return _clock.Stamp(now, commit.Head.LastTime, isAccepted: _taken.Exists(request => request.AcceptsClock));
        }
        catch (AuditClockException e) when (_taken.Exists(request => request.Count == 0))
        {
            var waiting = _taken.FindAll(request => request.Count == 0);
            _taken.RemoveAll(request => request.Count == 0);
            FailTaken(e);
            _taken.ForEach(request => request.Release());
            _taken.Clear();
            _taken.AddRange(waiting);
            return commit.Head.LastTime;
        }
    }

    /// <summary>A full journal makes producers wait until something is published (LOG.md L5); then the commit is tried again.</summary>
    private void WaitForRoom()
    {
        LogMessages.StorageFull(_log.Logger);

        // Nothing is written yet: until there is room, callers may withdraw.
        _taken.ForEach(request => request.Requeue());
        var publication = _publisher.NextPublication;
        try
        {
            _publisher.DemandAsync(_publisher.Latest.Checkpoint.Size + 1).WaitAsync(_graceOver.Token).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is AuditPublicationException or OperationCanceledException)
        {
            var signalled = WaitHandle.WaitAny([_stopping.WaitHandle, ((IAsyncResult)publication).AsyncWaitHandle], _roomPause);
            _roomPause = Backoff.Next(_roomPause);
            if (_log.Status.IsFaulted || signalled == 0)
            {
                throw new AuditUnavailableException(
                    "The journal is full, and nothing can be published to make room. Nothing was appended.", e);
            }
        }
        finally
        {
            Sequence();
        }
    }

    /// <summary>Opens the sink again until that succeeds; meanwhile appends fail fast (LOG.md L5).</summary>
    private void Recover()
    {
        for (var pause = FirstPause; ; pause = Backoff.Next(pause))
        {
            try
            {
                var recovery = _publisher.RecoverSink(_acknowledged);
                _acknowledged = recovery.Head.Size;
                _log.PrivilegeHead = recovery.Head.PrivilegeHead;
                _publisher.Committed(recovery.Head.Size);
                _owed = Owed(recovery);
                if (_owed is not null)
                {
                    // A request without entries, so that it is recorded although nobody may append for long.
                    _queue.TryEnqueue(new AppendRequest());
                }

                _log.Status.Open();
                _outcomes.Resubmit();
                _log.Committed.Signal();
                LogMessages.Recovered(_log.Logger, recovery.Head.Size, recovery.DroppedBytes);

                return;
            }
            catch (AuditLogCorruptException e)
            {
                LogMessages.Faulted(_log.Logger, e);
                _log.Status.Faulted(e);
                return;
            }
            catch (Exception e)
            {
                LogMessages.RecoveryFailed(_log.Logger, pause, e);
                FailWaiting();
                if (_stopping.Wait(pause))
                {
                    return;
                }
            }
        }
    }

    /// <summary>Whoever waits learns at once that the log is recovering.</summary>
    private void FailWaiting()
    {
        _taken.ForEach(request => request.Release());
        _taken.Clear();
        while (_queue.Requests > 0)
        {
            _queue.Take(_taken, int.MaxValue);
            Sequence();
            FailTaken(_log.Status.Refusal());
            _taken.ForEach(request => request.Release());
            _taken.Clear();
        }
    }

    private void FailTaken(Exception exception)
    {
        _log.Metrics.Failed(_taken.Sum(request => request.Calls));
        _log.Status.NotCommitted();
        if (_taken.Where(request => request.IsPosted).Sum(request => request.Calls) is var posted and > 0)
        {
            LogMessages.PostsFailed(_log.Logger, posted, exception);
        }

        foreach (var request in _taken.Where(request => request != _owed))
        {
            request.Fail(exception);
        }
    }

    private AppendRequest? Owed(SinkRecovery recovery) =>
        recovery.DroppedBytes > 0 ? LibraryEvents.Recovered(_publisher.Latest.Checkpoint.Size, recovery) : null;
}
