namespace ImmutableAudit.Log;

/// <summary>
/// Acts under way: those whose decision is on record, or about to be, and whose outcome is not yet (PRIVILEGE.md P6). An
/// outcome that could not be committed is kept and comes with the next commit that succeeds. Thread-safe.
/// </summary>
/// <remarks>
/// <c>log.closed</c> says that every decision of the run has its outcome in the log. So closing waits for those under way, for
/// a bounded time; where one is still missing then, or is lost, the run ends without <c>log.closed</c>, as after a crash:
/// such an outcome is <i>unknown</i>, not missing.
/// </remarks>
internal sealed class Outcomes(LogServices log, AppendQueue queue, RequestPool requests)
{
    /// <summary>How long closing waits before it tries again what could not be committed.</summary>
    private static readonly TimeSpan ResubmitInterval = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<ExpectedOutcome> _parked = [];
    private int _underWay;
    private bool _isClosing;
    private bool _isOneLost;

    /// <summary>The present time, for ids.</summary>
    public DateTimeOffset Now => log.Options.TimeProvider.GetUtcNow();

    /// <summary>Whether the log is being closed, and begins no act any more.</summary>
    public bool IsClosing => Volatile.Read(ref _isClosing);

    /// <summary>Promises that an outcome will be taken, before the decision is appended.</summary>
    /// <exception cref="AuditUnavailableException">The log is closing.</exception>
    public ExpectedOutcome Expect()
    {
        lock (_gate)
        {
            if (_isClosing)
            {
                throw log.Status.Refusal();
            }

            _underWay++;
        }

        return new ExpectedOutcome(this);
    }

    /// <summary>Queues an outcome. Where the queue is full it waits there without bytes of its own, as appends do.</summary>
    public void Submit(ExpectedOutcome outcome)
    {
        var request = requests.Rent(outcome.Event, 1, library: true);
        request.Post(outcome);
        try
        {
            if (queue.HasRoom)
            {
                request.Encode(log.Options.TimeProvider);
            }
        }
        catch (Exception e)
        {
            request.Fail(e);
            request.Release();
            return;
        }

        if (!queue.TryEnqueue(request))
        {
            LogMessages.OutcomeLost(log.Logger, log.Status.Refusal());
            Settle(isLost: true);
        }
    }

    /// <summary>Keeps an outcome that could not be committed for the next attempt.</summary>
    public void Park(ExpectedOutcome outcome, Exception exception)
    {
        if (exception is AuditEventException)
        {
            // It can never be an entry.
            LogMessages.OutcomeLost(log.Logger, exception);
            Settle(isLost: true);
            return;
        }

        lock (_gate)
        {
            _parked.Add(outcome);
        }
    }

    /// <summary>Queues what was kept. Called by the log's thread after a commit that succeeded, so that it does not go round in circles where none does.</summary>
    public void Resubmit()
    {
        List<ExpectedOutcome> parked;
        lock (_gate)
        {
            if (_parked.Count == 0)
            {
                return;
            }

            (parked, _parked) = (_parked, []);
        }

        parked.ForEach(Submit);
    }

    /// <summary>An act has ended: its outcome is durable, or there is none to come.</summary>
    public void Settle(bool isLost)
    {
        lock (_gate)
        {
            _isOneLost |= isLost;
            _underWay--;
            SettleIfLast();
        }
    }

    /// <summary>Begins no more acts, and waits for the outcomes of those under way.</summary>
    /// <returns>Whether every outcome of this run is in the log.</returns>
    public async Task<bool> CloseAsync()
    {
        lock (_gate)
        {
            _isClosing = true;
            SettleIfLast();
        }

        // Again and again: an outcome whose commit fails now is kept, and no later commit may come to take it along.
        var grace = Task.Delay(log.Options.OutcomeGrace, log.Options.TimeProvider);
        while (!_settled.Task.IsCompleted && !grace.IsCompleted)
        {
            Resubmit();
            await Task.WhenAny(_settled.Task, grace, Task.Delay(ResubmitInterval)).ConfigureAwait(false);
        }

        lock (_gate)
        {
            if (_underWay > 0)
            {
                LogMessages.OutcomesMissing(log.Logger, _underWay);
            }

            return _underWay == 0 && !_isOneLost;
        }
    }

    private void SettleIfLast()
    {
        if (_isClosing && _underWay == 0)
        {
            _settled.TrySetResult();
        }
    }
}
