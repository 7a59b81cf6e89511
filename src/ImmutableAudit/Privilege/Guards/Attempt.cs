using ImmutableAudit.Log;

namespace ImmutableAudit.Privilege;

/// <summary>
/// One call on its way through the guard: decided on what is in force, recorded on the condition that this still is in force
/// when the entry gets its index, and otherwise decided again (PRIVILEGE.md P1). Belongs to one call.
/// </summary>
internal sealed class Attempt(GuardServices guard, GuardedPermission permission, Caller caller, in CallResource resource, AuditDetails? details)
{
    private readonly CallResource _resource = resource;
    private AccessBasis _basis = guard.Engine.Basis;

    /// <summary>What the decision is taken at.</summary>
    private Moment _moment;

    /// <summary>By what the log judged, where it did not take the decision; written on the log's thread before it answers.</summary>
    private Moment? _stamped;

    /// <summary>Whether it may only be counted, and what is in force was not looked at for too long.</summary>
    public bool IsStale => IsCounted && !guard.Engine.IsFresh;

    /// <summary>Who calls.</summary>
    public Caller Caller { get; private set; } = caller;

    /// <summary>What was decided, the last time.</summary>
    public AccessDecision Decision { get; private set; } = null!;

    /// <summary>The decision's entry; <see langword="null"/> where it is only counted: use that is not recorded, or one denial of many.</summary>
    public AuditEvent? Entry { get; private set; }

    /// <summary>Whether the act's outcome belongs on record.</summary>
    public bool OwesOutcome => Decision.Allowed && _basis.Policy.OwesOutcome(permission.Index);

    private static DenialReason ClockBehind { get; } = new(
        DenialCode.ClockBehind, "the clock is behind the newest entry of the log, or behind the clock that stamps entries, so that nobody can say whether the grant has ended. Set the clock right.");

    /// <summary>Whether what is allowed is only counted.</summary>
    private bool IsCounted => _basis.Policy.Counted.Contains(permission.Index);

    private AuditSubject Actor => Caller.Subject?.Identity ?? Caller.Nobody;

    /// <summary>Asks a store for the subject's further roles, for this call alone.</summary>
    public async ValueTask LookUpAsync(IRoleAssignmentStore store, CancellationToken cancellationToken) =>
        Caller = await Caller.WithRolesFromAsync(store, cancellationToken).ConfigureAwait(false);

    /// <summary>Decides on what is in force now.</summary>
    public void Decide()
    {
        _basis = guard.Engine.Basis;
        _moment = _stamped ?? At(guard.Engine.Now);
        Decision = Judge();
        var isCounted = Decision.Allowed
            ? IsCounted && guard.Use.TryCount(permission, Caller.Subject!, _basis)
            : guard.Log.Commits && guard.Flood.Absorbs(new Denial(Actor, permission.Name, _resource.Resource, Decision.Reasons[0].Code));
        Entry = isCounted ? null : AccessEntries.OfDecision(guard.Log.Session, permission, Actor, _resource, details, Decision, _basis);
    }

    /// <summary>Whether the decision may still be recorded; evaluated by the log at the very moment that it would get its index.</summary>
    public bool StillHolds(LogHead head, DateTimeOffset time)
    {
        Moment? moment = IsUnderGrant(Decision) ? At(time) : null;
        if (head.PrivilegeHead == _basis.Head && IsSameAt(time) && moment is not { IsAhead: true })
        {
            return true;
        }

        _stamped = moment ?? At(time);
        return false;
    }

    /// <summary>Goes on from what became of the entry.</summary>
    /// <returns>The call, which may now be made; <see langword="null"/> where everything has to be decided anew.</returns>
    /// <exception cref="AccessDeniedException">It is denied, and that is on record.</exception>
    public GuardedCall? Conclude(in BegunAct recorded, CancellationToken cancellationToken)
    {
        if (Entry is not null)
        {
            if (!recorded.Decision.Holds)
            {
                return null;
            }

            guard.Engine.SeeTime(recorded.Decision.Receipt.Time);
        }

        if (!Decision.Allowed)
        {
            throw Denied(Entry is null ? null : recorded.Decision.Receipt.Index);
        }

        var lease = Decision.Grants.Count == 0 ? null : guard.Leases.Take(Decision.Grants, cancellationToken);
        return recorded.Outcome is null
            ? new GuardedCall(lease, cancellationToken)
            : new GuardedCall(Entry!, recorded.Decision.Receipt, recorded.Outcome, lease, cancellationToken);
    }

    /// <summary>Nothing may be done, since the log does not take the decision.</summary>
    public AuditUnavailableException Unavailable(Exception e) =>
        new($"Nothing of {permission.Member} was done: the decision could not be put on record. {e.Message}", e);

    private AccessDeniedException Denied(long? entry) => new(
        $"{(Caller.Subject is { } subject ? $"The subject {subject}" : "Nobody in particular")} may not call {permission.Member}: "
        + $"{string.Join(" ", Decision.Reasons.Select(reason => reason.Text))} "
        + (entry is { } index ? $"The denial is entry {index} of the log '{guard.Log.Origin}'." : $"The denial is counted in the log '{guard.Log.Origin}'."))
    {
        Permission = permission.Name,
        Entry = entry,
    };

    private AccessDecision Judge()
    {
        if (Caller is not { Subject: { } subject, Fault: null })
        {
            return AccessDecision.Denied(new DenialReason(
                Caller.Code,
                $"{Caller.Fault ?? "there is no subject, since the call is outside of any scope or outlived its own"}."));
        }

        if (_resource.Fault is { } fault)
        {
            return AccessDecision.Denied(new DenialReason(DenialCode.MalformedResource, $"Of the resource, {fault}."));
        }

        try
        {
            var use = UseOfSubjects.On(subject, _basis);
            var decision = use.Permissions.Decide(permission.Name, _resource.Resource, use.Grants, _moment.Time);
            return IsUnderGrant(decision) && _moment.IsAhead ? AccessDecision.Denied(ClockBehind) : decision;
        }
        catch (Exception e)
        {
            return AccessDecision.Denied(new DenialReason(DenialCode.DecisionFailed, $"deciding failed ({e.GetType().Name})."));
        }
    }

    /// <summary>Whether the same would be decided at the time that the entry is stamped with; only grants depend on it.</summary>
    private bool IsSameAt(DateTimeOffset time)
    {
        if (Caller.Subject is not { } subject || time == _moment.Time || UseOfSubjects.On(subject, _basis) is not { Grants.Count: > 0 } use)
        {
            return true;
        }

        return use.Grants.All(grant => grant.IsLive(time) == grant.IsLive(_moment.Time));
    }

    private static bool IsUnderGrant(AccessDecision decision) => decision is { Allowed: true, Grants.Count: > 0 };

    private Moment At(DateTimeOffset time) => new(time, guard.Engine.IsClockBehindOf(time));

    /// <summary>A time, and what the host's clock said to it: found out once, or a clock that runs on answers otherwise each time.</summary>
    /// <param name="Time">The time.</param>
    /// <param name="IsAhead">Whether it is ahead of the clock by more than it may be (PRIVILEGE.md P3).</param>
    private readonly record struct Moment(DateTimeOffset Time, bool IsAhead);
}
