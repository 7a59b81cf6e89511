using ImmutableAudit.Events;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Privilege;

/// <summary>
/// Follows the runs of processes: each outcome belongs to a decision, and a run that closed cleanly owes none (PRIVILEGE.md P6). Keeps
/// decisions that wait for their outcome, and a bounded number of others. Not thread-safe.
/// </summary>
internal sealed class SessionReplay(Findings findings)
{
    /// <summary>
    /// How many decisions are kept that owe no outcome any more, a power of two: an outcome that failed to be appended and took effect
    /// all the same comes twice (LOG.md L10), no further apart than a queue of the log is long.
    /// </summary>
    private const int MostSettled = 65_536;

    private const int MostUnopened = AccessReport.MaxListed;

    private readonly Dictionary<string, Run> _runs = new(StringComparer.Ordinal);

    /// <summary>Each at its index, as far as that goes; a later one takes the place.</summary>
    private readonly Act?[] _settled = new Act?[MostSettled];

    private readonly FirstFew<Run> _list = new(AccessReport.MaxListed);
    private int _unopened;

    public long Count => _list.Count;

    public long Outcomes { get; private set; }

    /// <summary>Outcomes that are neither on record nor to be missed.</summary>
    public long OutcomesUnknown => _runs.Values.Sum(run => (long)run.Owed.Count);

    /// <summary>The runs, as far as they have come.</summary>
    public IReadOnlyList<ReplayedSession> ToList() =>
        [.. _list.Items.Select(run => new ReplayedSession(run.Id, run.Opened, run.Closed, run.Allowed, run.Owed.Count))];

    /// <summary><c>log.opened</c>.</summary>
    public void Open(AuditEntry entry)
    {
        if (entry.Event.Session is not { } session)
        {
            Find(entry);
            return;
        }

        // Once more, where the log did not know whether the first attempt had taken effect.
        if (!_runs.TryGetValue(session, out var run))
        {
            Begin(session, entry.Index);
        }
        else
        {
            run.Opened ??= entry.Index;
        }
    }

    /// <summary><c>log.closed</c>: every outcome of the run is on record.</summary>
    public void Close(AuditEntry entry)
    {
        if (Find(entry) is not { } run)
        {
            return;
        }

        foreach (var act in run.Owed.Values.OrderBy(act => act.Index))
        {
            findings.Add(
                AccessViolationKind.DecisionWithoutOutcome,
                $"The decision in entry {act.Index} has no outcome, and its session closed cleanly in entry {entry.Index}.", act.Index, entry.Index);
        }

        run.Owed.Clear();
        run.Closed = entry.Index;
        _runs.Remove(run.Id);
    }

    /// <summary>A decision that allows an act.</summary>
    public void Begin(AuditEntry entry, bool owesOutcome)
    {
        if (Find(entry) is not { } run)
        {
            return;
        }

        run.Allowed++;
        var act = new Act(entry.Index, entry.LeafHash, run, entry.Event.Actor, entry.Event.Action, entry.Event.Grant);
        if (owesOutcome)
        {
            run.Owed[entry.Index] = act;
        }
        else
        {
            Settle(act);
        }
    }

    /// <summary>What else is of a run.</summary>
    public void Add(AuditEntry entry) => Find(entry);

    /// <summary>An outcome.</summary>
    public void End(AuditEntry entry)
    {
        Outcomes++;
        if (Find(entry) is not { } run)
        {
            return;
        }

        var named = entry.Event.Ref;
        Act? act = null;
        var isOwed = named is not null && run.Owed.TryGetValue(named.Index, out act);
        if (!isOwed && named is not null)
        {
            act = _settled[named.Index & (MostSettled - 1)];
            act = act?.Index == named.Index ? act : null;
        }

        if (act is null || act.Run != run || !act.IsOf(entry.Event))
        {
            findings.Add(
                AccessViolationKind.OutcomeWithoutDecision,
                $"The outcome in entry {entry.Index} {(named is null ? "names no decision" : $"names entry {named.Index}, which is no decision of this session that it could belong to")}.",
                entry.Index);
        }
        else if (!act.Take(entry.Id))
        {
            findings.Add(
                AccessViolationKind.OutcomeWithoutDecision,
                $"The outcome in entry {entry.Index} is a second one of the decision in entry {act.Index}.", act.Index, entry.Index);
        }
        else if (isOwed)
        {
            run.Owed.Remove(act.Index);
            Settle(act);
        }
    }

    private Run? Find(AuditEntry entry)
    {
        if (entry.Event.Session is { } session && _runs.TryGetValue(session, out var run))
        {
            return run;
        }

        findings.Add(
            AccessViolationKind.OutsideSession,
            $"Entry {entry.Index} ({entry.Type}) is {(entry.Event.Session is null ? "of no session" : "of a session that is not open there")}.", entry.Index);

        // Reported once; what follows from it is no violation of its own.
        return entry.Event.Session is null || _unopened >= MostUnopened || entry.Type == EventTypes.LogClosed ? null
            : Begin(entry.Event.Session, null);
    }

    private Run Begin(string session, long? opened)
    {
        var run = new Run(session) { Opened = opened };
        _unopened += opened is null ? 1 : 0;
        _runs[session] = run;
        _list.Add(run);
        return run;
    }

    private void Settle(Act act) => _settled[act.Index & (MostSettled - 1)] = act;

    private sealed class Run(string id)
    {
        public string Id { get; } = id;

        public long? Opened { get; set; }

        public long? Closed { get; set; }

        public long Allowed { get; set; }

        /// <summary>By the index of the decision.</summary>
        public Dictionary<long, Act> Owed { get; } = [];
    }

    /// <summary>An act that was allowed.</summary>
    private sealed record Act(long Index, MerkleHash Leaf, Run Run, AuditSubject Actor, string Action, long? Grant)
    {
        private Guid? _outcome;
        private bool _isTwice;

        public bool IsOf(AuditEvent outcome) =>
            outcome.Ref!.Leaf == Leaf && outcome.Grant == Grant && outcome.Action == Action && outcome.Actor.Equals(Actor);

        /// <summary>Takes an outcome, or the same once more.</summary>
        public bool Take(Guid outcome)
        {
            if (_outcome is null)
            {
                _outcome = outcome;
                return true;
            }

            return _outcome == outcome && !_isTwice && (_isTwice = true);
        }
    }
}
