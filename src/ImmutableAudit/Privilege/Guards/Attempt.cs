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

    /// <summary>Who calls.</summary>
    public Caller Caller { get; private set; } = caller;

    /// <summary>What was decided, the last time.</summary>
    public AccessDecision Decision { get; private set; } = null!;

    /// <summary>The decision's entry; <see langword="null"/> where it is only counted: use that is not recorded, or one denial of many.</summary>
    public AuditEvent? Entry { get; private set; }

    /// <summary>Whether the act's outcome belongs on record.</summary>
    public bool OwesOutcome => Decision.Allowed && permission.Level == AuditLevel.DecisionAndOutcome;

    private AuditSubject Actor => Caller.Subject?.Identity ?? Caller.Nobody;

    /// <summary>Asks a store for the subject's further roles, for this call alone.</summary>
    public async ValueTask LookUpAsync(IRoleAssignmentStore store, CancellationToken cancellationToken)
    {
        if (Caller.Subject is not { } subject)
        {
            return;
        }

        try
        {
            Caller = new(await subject.WithRolesFromAsync(store, cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // What it would have said is not known; so nothing is allowed. A store that gives up by itself is no caller who does.
            Caller = Caller with { Fault = $"the subject's roles could not be looked up ({e.GetType().Name})" };
        }
    }

    /// <summary>Decides on what is in force now.</summary>
    public void Decide()
    {
        _basis = guard.Engine.Basis;
        Decision = Judge();
        var isCounted = Decision.Allowed
            ? permission.IsCounted && guard.Use.TryCount(permission, Caller.Subject!, _basis)
            : guard.Log.Commits && guard.Flood.Absorbs(new Denial(Actor, permission.Name, _resource.Resource, Decision.Reasons[0].Code));
        Entry = isCounted ? null : AccessEntries.OfDecision(guard.Log.Session, permission, Actor, _resource, details, Decision, _basis);
    }

    /// <summary>Whether the decision may still be recorded; evaluated by the log at the very moment that it would get its index.</summary>
    public bool StillHolds(LogHead head, DateTimeOffset time) =>
        head.PrivilegeHead == _basis.Head && Decision.Grants.All(grant => grant.IsLive(time));

    /// <summary>Goes on from what became of the entry.</summary>
    /// <returns>The call, which may now be made; <see langword="null"/> where everything has to be decided anew.</returns>
    /// <exception cref="AccessDeniedException">It is denied, and that is on record.</exception>
    public GuardedCall? Conclude(in BegunAct recorded, CancellationToken cancellationToken)
    {
        if (Entry is not null && !recorded.Decision.Holds)
        {
            return null;
        }

        return !Decision.Allowed ? throw Denied(Entry is null ? null : recorded.Decision.Receipt.Index)
            : recorded.Outcome is null ? new GuardedCall(cancellationToken)
            : new GuardedCall(Entry!, recorded.Decision.Receipt, recorded.Outcome, cancellationToken);
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
        if (Caller.Subject is not { } subject)
        {
            return AccessDecision.Denied(new DenialReason(
                DenialCode.NoSubject,
                $"{Caller.Fault ?? "there is no subject, since the call is outside of any scope or outlived its own"}."));
        }

        if (Caller.Fault is { } unknown)
        {
            return AccessDecision.Denied(new DenialReason(DenialCode.DecisionFailed, $"{unknown}."));
        }

        if (_resource.Fault is { } fault)
        {
            return AccessDecision.Denied(new DenialReason(DenialCode.MalformedResource, $"Of the resource, {fault}."));
        }

        try
        {
            return UseOfSubjects.PermissionsOf(subject, _basis).Decide(permission.Name, _resource.Resource, _basis.Grants, guard.Engine.Now);
        }
        catch (Exception e)
        {
            return AccessDecision.Denied(new DenialReason(DenialCode.DecisionFailed, $"deciding failed ({e.GetType().Name})."));
        }
    }
}
