using System.Text.Json;

namespace ImmutableAudit.Privilege;

/// <summary>
/// Folds what decisions follow from, entry by entry (PRIVILEGE.md P27), and reports what breaks a rule; that has no effect. Not
/// thread-safe.
/// </summary>
internal sealed class StateReplay(Findings findings, RoleSources sources, PinnedPolicies pinned)
{
    /// <summary>What messages of the fold end with, for whoever meets them elsewhere.</summary>
    private const string Advice = " Verify the log.";

    private readonly Dictionary<long, (PolicyInForce Policy, CompiledPolicy? Compiled)> _inForce = [];

    /// <summary>As of the newest privilege entry.</summary>
    public PrivilegeState State { get; private set; } = PrivilegeState.Empty;

    public GrantEnds Ends { get; } = new();

    public ResolvedActors Actors { get; } = new(sources);

    public FirstFew<ReplayedPolicy> Policies { get; } = new(AccessReport.MaxListed);

    public long Requests { get; private set; }

    public long BreakGlass { get; private set; }

    public long VotesSigned { get; private set; }

    public long VotesAsserted { get; private set; }

    /// <summary>Finds a policy that is in force by its entry.</summary>
    /// <param name="index">The entry.</param>
    /// <param name="policy">The policy; <see langword="null"/> where it cannot be read.</param>
    public bool TryGetPolicy(long? index, out CompiledPolicy? policy)
    {
        var isInForce = _inForce.TryGetValue(index ?? -1, out var found);
        policy = found.Compiled;
        return isInForce;
    }

    public void Add(AuditEntry entry)
    {
        var before = State;
        try
        {
            State = before.Apply(entry);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever it says, it cannot be followed.
            State = before.PassOver(entry);
            Report(entry, before, e);
            return;
        }

        if (entry.Type == StateEntries.PolicyDeployed)
        {
            Deployed(entry, before);
        }
        else if (entry.Type.StartsWith(GrantTypes.Prefix, StringComparison.Ordinal))
        {
            Count(entry);
            CheckRoles(entry);
        }
    }

    private void Report(AuditEntry entry, PrivilegeState before, Exception e)
    {
        var rule = (e as AuditLogCorruptException)?.Rule;
        var request = entry.Event.Ref is { } named ? before.Grants.Find(named.Index) : null;
        var kind = rule == RefusalCode.Malformed && request is not null && request.Reference != entry.Event.Ref
            ? AccessViolationKind.MalformedEntry
            : RuleKinds.Of(entry.Type, rule);
        var others = kind switch
        {
            AccessViolationKind.BrokenChain or AccessViolationKind.WrongBasis or AccessViolationKind.WrongState => [before.Head],
            AccessViolationKind.PolicyOutOfOrder or AccessViolationKind.PolicyWithoutGrant =>
                before.Policies.TryGetValue(entry.Event.Resource?.Id ?? "", out var policy) ? [policy.Index] : [],
            AccessViolationKind.VoteCountedTwice when request is not null => [request.Index, .. request.Votes.Select(vote => vote.Index)],
            _ => request is null ? Array.Empty<long>() : [request.Index],
        };
        var text = e is AuditException ? e.Message : $"Entry {entry.Index} ({Printable.Of(entry.Type)}) cannot be followed ({e.GetType().Name}).";
        findings.Add(kind, text.EndsWith(Advice, StringComparison.Ordinal) ? text[..^Advice.Length] : text, [.. others, entry.Index]);
    }

    private void Deployed(AuditEntry entry, PrivilegeState before)
    {
        var policy = State.Policies.Values.First(policy => policy.Index == entry.Index);
        if (before.Policies.TryGetValue(policy.Application, out var predecessor))
        {
            _inForce.Remove(predecessor.Index);
        }

        var replayed = new ReplayedPolicy(
            entry.Index, entry.Time, policy.Application, policy.Version, policy.Digest, entry.Event.Session, entry.Event.Grant);
        Policies.Add(replayed);
        pinned.Add(replayed, findings);
        try
        {
            _inForce[entry.Index] = (policy, policy.Compiled);
        }
        catch (PrivilegeStateException e)
        {
            _inForce[entry.Index] = (policy, null);
            findings.Add(AccessViolationKind.MalformedEntry, $"{e.Message} Decisions by it are not replayed.", entry.Index);
        }
    }

    private void Count(AuditEntry entry)
    {
        var request = entry.Event.Ref?.Index ?? entry.Index;
        switch (entry.Type)
        {
            case GrantTypes.Requested:
                Requests++;
                break;
            case GrantTypes.Approved or GrantTypes.Denied when entry.Event.Details!.Root.TryGetProperty("proof"u8, out var proof) && proof.ValueKind != JsonValueKind.Null:
                VotesSigned++;
                break;
            case GrantTypes.Approved or GrantTypes.Denied:
                VotesAsserted++;
                break;
            case GrantTypes.Activated:
                Ends.Begin(request);
                break;
            case GrantTypes.BreakGlass:
                BreakGlass++;
                Ends.Begin(request);
                break;
            case GrantTypes.Relinquished or GrantTypes.Revoked or GrantTypes.Expired:
                Ends.End(request, entry.Index);
                break;
        }
    }

    private void CheckRoles(AuditEntry entry)
    {
        if (TryGetPolicy(entry.Policy, out var policy) && policy is not null && Actors.Of(entry.Policy!.Value, policy, entry) is { } actor)
        {
            Array.ForEach(actor.Sources, source => source.Entries++);
            if (!actor.HasTheseRoles)
            {
                findings.Add(AccessViolationKind.WrongRoles, DecisionReplay.DescribeRoles(entry, actor), entry.Policy.Value, entry.Index);
            }
        }
    }
}
