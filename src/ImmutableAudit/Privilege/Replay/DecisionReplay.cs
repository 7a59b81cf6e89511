namespace ImmutableAudit.Privilege;

/// <summary>
/// Takes every decision again, from its entry and the state in front of it (PRIVILEGE.md P1). Not thread-safe.
/// </summary>
internal sealed class DecisionReplay(StateReplay state, Findings findings)
{
    /// <summary>Causes of denials that lie outside of policy and grants.</summary>
    private static readonly string[] OtherCauses =
        [DenialCode.NoSubject, DenialCode.MalformedResource, DenialCode.DecisionFailed, DenialCode.ClockBehind];

    /// <summary>
    /// Causes that a host may see where the policy does not: its own catalogue has another opinion of a permission, and what the two
    /// disagree on is denied.
    /// </summary>
    private static readonly string[] HostsOwn = [DenialCode.UnknownPermission, DenialCode.Elevated];

    public long Allowed { get; private set; }

    public long AllowedByGrant { get; private set; }

    public long Denied { get; private set; }

    public long DeniedForOtherCauses { get; private set; }

    public long RefusedOperations { get; private set; }

    public long NotReplayed { get; private set; }

    /// <summary>Takes the next decision.</summary>
    /// <returns>Whether it owes an outcome (PRIVILEGE.md P6).</returns>
    public bool Add(AuditEntry entry)
    {
        var isAllowed = entry.Type == AccessTypes.Allowed;
        Count(entry, isAllowed);
        if (entry.Permission is not { } permission)
        {
            findings.Add(AccessViolationKind.MalformedEntry, $"Entry {entry.Index} ({entry.Type}) decides about no permission.", entry.Index);
            return false;
        }

        if (!isAllowed && permission.StartsWith(AccessTypes.OperationsPrefix, StringComparison.Ordinal))
        {
            RefusedOperations++;
            return false;
        }

        var isInForce = state.TryGetPolicy(entry.Policy, out var policy);
        if (!isInForce || entry.Basis != state.State.Head)
        {
            findings.Add(
                AccessViolationKind.WrongBasis,
                $"Entry {entry.Index} was not decided on what was in force: it names the policy {entry.Policy?.ToString() ?? "(none)"} and the basis {entry.Basis?.ToString() ?? "(none)"}, and the newest entry that decisions follow from is {state.State.Head}.",
                state.State.Head, entry.Index);
        }
        else if (policy is null)
        {
            NotReplayed++;
        }
        else if (!isAllowed && HasCause(entry, OtherCauses))
        {
            DeniedForOtherCauses++;
        }
        else
        {
            Replay(entry, permission, isAllowed, policy);
        }

        return isAllowed && policy is not null && policy.IndexOf(permission) is >= 0 and var index && policy.OwesOutcome(index);
    }

    /// <summary>Says how the roles of an entry are not those that the policy yields.</summary>
    public static string DescribeRoles(AuditEntry entry, ResolvedActor actor) =>
        $"Entry {entry.Index} ({entry.Type}) says that {SubjectKey.Of(entry.Event.Actor)} has the roles {Describe(entry.Roles ?? [])}; by the policy {entry.Policy} it has {Describe(actor.Permissions.Roles)}.";

    private void Count(AuditEntry entry, bool isAllowed)
    {
        if (!isAllowed)
        {
            Denied++;
            return;
        }

        Allowed++;
        AllowedByGrant += entry.Event.Grant is null ? 0 : 1;
    }

    private void Replay(AuditEntry entry, string permission, bool isAllowed, CompiledPolicy policy)
    {
        if (state.Actors.Of(entry.Policy!.Value, policy, entry) is not { } actor)
        {
            findings.Add(
                AccessViolationKind.MalformedEntry,
                $"Entry {entry.Index} ({entry.Type}) names an actor or roles that no guard writes.", entry.Index);
            return;
        }

        Array.ForEach(actor.Sources, static source => source.Entries++);
        var index = policy.IndexOf(permission);
        var resource = entry.Event.Resource;
        AccessDecision? again = null;
        bool yieldsAllowed;
        if (index >= 0 && actor.Permissions.Holds(index, resource?.Type, resource?.Id))
        {
            yieldsAllowed = true;
        }
        else if (GrantsOf(actor, policy.Policy.Application) is { Count: > 0 } grants)
        {
            again = actor.Permissions.Decide(permission, resource, grants, entry.Time);
            yieldsAllowed = again.Allowed;
        }
        else
        {
            yieldsAllowed = false;
        }

        var grant = again is { Grants: [var first, ..] } ? first.Index : (long?)null;
        if (isAllowed == yieldsAllowed && grant == entry.Event.Grant)
        {
            if (!actor.HasTheseRoles)
            {
                findings.Add(AccessViolationKind.WrongRoles, DescribeRoles(entry, actor), entry.Policy.Value, entry.Index);
            }
        }
        else if (!isAllowed && yieldsAllowed && HasCause(entry, HostsOwn))
        {
            DeniedForOtherCauses++;
        }
        else
        {
            again ??= actor.Permissions.Decide(permission, resource, [], entry.Time);
            Report(entry, permission, isAllowed, again, isElevated: index >= 0 && policy.IsElevated(index));
        }
    }

    private List<AccessGrant> GrantsOf(ResolvedActor actor, string application)
    {
        if (state.State.Grants.Count == 0)
        {
            return [];
        }

        var grants = new List<AccessGrant>();
        foreach (var link in actor.Links)
        {
            grants.AddRange(state.State.Grants.GrantsOf(link, application));
        }

        return grants;
    }

    private void Report(AuditEntry entry, string permission, bool isAllowed, AccessDecision again, bool isElevated)
    {
        var named = entry.Event.Grant;
        var what = $"Entry {entry.Index} {(isAllowed ? "allows" : "denies")} '{Printable.Of(permission)}' to {SubjectKey.Of(entry.Event.Actor)}"
            + (named is null ? "" : $" under the grant {named}");
        long end = -1;
        var isOver = isAllowed && named is { } grant && state.Ends.WasLive(grant, out end)
            && state.State.Grants.Find(grant)?.Grant?.IsLive(entry.Time) != true;
        var isEnded = isOver || (named is not null && again.Reasons.Any(reason => reason.Code == DenialCode.GrantEnded));
        end = end < 0 && named is { } id ? state.State.Grants.Find(id)?.EndedBy ?? end : end;
        var kind = isAllowed && isEnded ? AccessViolationKind.ActAfterEnd
            : isAllowed && isElevated && (named is null || !again.Allowed) ? AccessViolationKind.ElevatedWithoutGrant
            : AccessViolationKind.DecisionNotYielded;
        var text = kind switch
        {
            AccessViolationKind.ActAfterEnd when end >= 0 => $"{what}, which entry {end} had ended.",
            AccessViolationKind.ActAfterEnd => $"{what}, and its time was over: {again}",
            AccessViolationKind.ElevatedWithoutGrant => $"{what}, which is elevated{(again.Allowed ? ", and names no grant." : $": {again}")}",
            _ => $"{what}. By the policy and the grants in front of it, that is {again}{(again.Grants is [var by, ..] ? $", under the grant {by.Index}" : "")}",
        };
        findings.Add(kind, text, named ?? -1, end, entry.Index);
    }

    private static bool HasCause(AuditEntry entry, string[] codes)
    {
        if (entry.Event.Reason is { } reason)
        {
            foreach (var code in codes)
            {
                if (reason.Length > code.Length && reason[code.Length] == ':' && reason.StartsWith(code, StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static string Describe(IReadOnlyList<AuditRole> roles) => roles.Count == 0 ? "none" : string.Join(", ", roles.Take(5).Select(role =>
        $"'{Printable.Of(role.Role)}'{(role.Source is null ? "" : $" by '{Printable.Of(role.Source)}'")}{(role.Link == 0 ? "" : $" (link {role.Link})")}"))
        + (roles.Count > 5 ? ", …" : "");
}
