using ImmutableAudit.Events;

namespace ImmutableAudit.Log;

/// <summary>
/// The outcome of an act whose decision is on record, or about to be (PRIVILEGE.md P6). Its place in the log is promised: it
/// waits for no room, is tried again when storage fails, and the log does not close in order without it. Ended once; what
/// comes later counts for nothing. Thread-safe.
/// </summary>
internal sealed class ExpectedOutcome : IUnawaited
{
    private readonly Outcomes _outcomes;
    private int _ended;

    public ExpectedOutcome(Outcomes outcomes) => _outcomes = outcomes;

    /// <summary>What is on its way into the log.</summary>
    public AuditEvent? Event { get; private set; }

    /// <summary>Puts the outcome on record, and waits for nothing. Never throws.</summary>
    /// <param name="outcome">The entry; its <see cref="AuditEvent.Ref"/> names the decision.</param>
    public void Record(AuditEvent outcome)
    {
        if (TryEnd())
        {
            // The same id in every attempt, so that one whose outcome was unknown is recognised (LOG.md L10).
            Event = outcome.Id is null ? outcome with { Id = EntryId.Create(_outcomes.Now) } : outcome;
            _outcomes.Submit(this);
        }
    }

    /// <summary>There is no decision on record, so there will be no act and no outcome.</summary>
    public void Withdraw()
    {
        if (TryEnd())
        {
            _outcomes.Settle(isLost: false);
        }
    }

    /// <summary>There will be no outcome on record, although there may be a decision: this run does not end in order.</summary>
    public void Lose()
    {
        if (TryEnd())
        {
            _outcomes.Settle(isLost: true);
        }
    }

    void IUnawaited.Committed() => _outcomes.Settle(isLost: false);

    void IUnawaited.Failed(Exception exception, int calls) => _outcomes.Park(this, exception);

    private bool TryEnd() => Interlocked.Exchange(ref _ended, 1) == 0;
}
