using ImmutableAudit.Events;

namespace ImmutableAudit.Privilege;

/// <summary>
/// Replays all that a log says of access, from its entries alone: policies, requests, votes, grants, and every decision with its outcome;
/// and reports each rule that is broken with the entries that show it. That the entries are those of the log is for a
/// <c>LogVerifier</c> to say. Memory does not grow with the log. Not thread-safe.
/// </summary>
/// <remarks>
/// An entry that breaks a rule has no effect here, whatever the host did then; so what rests on it is reported as well, each by itself.
/// What was only counted (PRIVILEGE.md P5, P7), denials for causes that the log does not hold, and votes and roles that others assert
/// are not replayed but listed.
/// </remarks>
public sealed class AccessReplay
{
    private readonly Findings _findings = new();
    private readonly RoleSources _sources = new();
    private readonly PinnedPolicies _pinned;
    private readonly StateReplay _state;
    private readonly DecisionReplay _decisions;
    private readonly SessionReplay _sessions;
    private AccessReport? _report;
    private long _unreadable;
    private long _summaries;

    /// <summary>Begins at the first entry of a log.</summary>
    /// <param name="pinned">
    /// The policies that an auditor has reviewed. From the first of these on, any other that is in force for the same application is a
    /// violation, and so is one of these that never was in force. None: whichever are in force.
    /// </param>
    public AccessReplay(params IEnumerable<PolicyDigest> pinned)
    {
        ArgumentNullException.ThrowIfNull(pinned);
        _pinned = new PinnedPolicies(pinned);
        _state = new StateReplay(_findings, _sources, _pinned);
        _decisions = new DecisionReplay(_state, _findings);
        _sessions = new SessionReplay(_findings);
    }

    /// <summary>How many entries were taken: the index of the next.</summary>
    public long Entries { get; private set; }

    /// <summary>Takes the next entry.</summary>
    /// <exception cref="ArgumentException">It is not the next: entries come in index order, each once, from 0 on.</exception>
    /// <exception cref="InvalidOperationException">The report is made.</exception>
    public void Add(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        Next(entry.Index);
        switch (entry.Type)
        {
            case EventTypes.Application:
                return;
            case AccessTypes.Allowed:
                _sessions.Begin(entry, _decisions.Add(entry));
                return;
            case AccessTypes.Denied:
                _decisions.Add(entry);
                _sessions.Add(entry);
                return;
            case AccessTypes.Outcome:
                _sessions.End(entry);
                return;
            case AccessTypes.Summary:
                _summaries++;
                _sessions.Add(entry);
                return;
            case EventTypes.LogOpened:
                _sessions.Open(entry);
                return;
            case EventTypes.LogClosed:
                _sessions.Close(entry);
                return;
        }

        if (EventTypes.IsPrivilegeState(entry.Type))
        {
            _state.Add(entry);
        }
        else if (entry.Type.StartsWith(AccessTypes.Prefix, StringComparison.Ordinal))
        {
            _findings.Add(
                AccessViolationKind.MalformedEntry, $"Entry {entry.Index} is of the type '{Printable.Of(entry.Type)}', which this version does not know.", entry.Index);
        }
    }

    /// <summary>Takes the next entry where it is no event that can be read: what it says of access, if anything, is not known.</summary>
    /// <exception cref="ArgumentException">It is not the next.</exception>
    /// <exception cref="InvalidOperationException">The report is made.</exception>
    public void AddUnreadable(long index)
    {
        Next(index);
        _unreadable++;
        _findings.Add(AccessViolationKind.MalformedEntry, $"Entry {index} is no event that can be read.", index);
    }

    /// <summary>What all entries together say; no further ones are taken.</summary>
    public AccessReport Complete() => _report ??= Report();

    private AccessReport Report()
    {
        _pinned.Complete(_findings);
        return new AccessReport
        {
            Entries = Entries,
            Unreadable = _unreadable,
            Violations = [.. _findings.Violations.Items],
            ViolationCount = _findings.Violations.Count,
            ViolationsByKind = new SortedDictionary<AccessViolationKind, long>(_findings.Counts.ToDictionary()),
            Policies = [.. _state.Policies.Items],
            PolicyCount = _state.Policies.Count,
            Sessions = _sessions.ToList(),
            SessionCount = _sessions.Count,
            RoleSources = _sources.ToList(),
            Allowed = _decisions.Allowed,
            AllowedByGrant = _decisions.AllowedByGrant,
            Denied = _decisions.Denied,
            DeniedForOtherCauses = _decisions.DeniedForOtherCauses,
            RefusedOperations = _decisions.RefusedOperations,
            NotReplayed = _decisions.NotReplayed,
            Summaries = _summaries,
            Outcomes = _sessions.Outcomes,
            OutcomesUnknown = _sessions.OutcomesUnknown,
            Requests = _state.Requests,
            Grants = _state.Ends.Count,
            BreakGlass = _state.BreakGlass,
            VotesSigned = _state.VotesSigned,
            VotesAsserted = _state.VotesAsserted,
        };
    }

    private void Next(long index)
    {
        if (_report is not null)
        {
            throw new InvalidOperationException("The report is made. Begin another replay.");
        }

        if (index != Entries)
        {
            throw new ArgumentException($"Entry {index} is not the next one, {Entries}.", nameof(index));
        }

        Entries++;
    }
}
