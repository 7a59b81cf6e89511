using ImmutableAudit.Verification;

namespace ImmutableAudit.Verifier.Review;

/// <summary>
/// Gathers who used which permission, from all entries of a log in their order. What it keeps is one record for each permission that a
/// subject used or was denied, and what is open of grants and runs: it grows with the application's subjects, not with the log.
/// </summary>
/// <remarks>
/// It takes entries at their word. Whether each grant and each decision was right by the policy is not asked here: that takes replaying them.
/// </remarks>
/// <param name="since">The first moment that counts. Policies and grants from before are known all the same.</param>
/// <param name="until">The last moment; behind it the log is not looked at, so that the review is as of then.</param>
internal sealed class AccessReview(DateTimeOffset? since, DateTimeOffset? until) : IEntryVisitor
{
    /// <summary>Most of the longest grants that are listed.</summary>
    public const int MostGrants = 10;

    private readonly Dictionary<(string? Application, SubjectName Subject), SubjectSeen> _subjects = [];
    private readonly List<GrantSeen> _longest = [];
    private GrantTrail? _grants;

    public DeployedPolicies Policies { get; } = new();

    public Sessions Sessions { get; } = new();

    public GrantTrail Grants => _grants ??= new GrantTrail(Over);

    public DateTimeOffset? Since => since;

    public DateTimeOffset? Until => until;

    /// <summary>Subjects by application, which is absent where no entry says it.</summary>
    public IReadOnlyDictionary<(string? Application, SubjectName Subject), SubjectSeen> Subjects => _subjects;

    /// <summary>The longest grants, the longest first.</summary>
    public IReadOnlyList<GrantSeen> Longest => _longest;

    /// <summary>Entries in the period.</summary>
    public long Entries { get; private set; }

    /// <summary>Entries that are no events: when they were, and what they say, is not known.</summary>
    public long Unreadable { get; private set; }

    public long Allowed { get; private set; }

    public long Denied { get; private set; }

    /// <summary>Uses and denials that are in the log as counts alone.</summary>
    public long Counted { get; private set; }

    public DateTimeOffset? FirstTime { get; private set; }

    public DateTimeOffset? LastTime { get; private set; }

    public void Visit(IReadOnlyList<VisitedEntry> entries)
    {
        foreach (var entry in entries)
        {
            Take(entry.Entry);
        }
    }

    /// <summary>Takes the next entry; <see langword="null"/> where it is none that can be read.</summary>
    public void Take(AuditEntry? entry)
    {
        if (entry is null)
        {
            Unreadable++;
            return;
        }

        if (entry.Time > until)
        {
            return;
        }

        var counts = since is null || entry.Time >= since;
        if (counts)
        {
            Entries++;
            FirstTime ??= entry.Time;
            LastTime = entry.Time;
        }

        switch (entry.Type)
        {
            case "access.allowed" or "access.denied" or "access.summary":
                TakeAccess(entry, counts);
                break;
            case "policy.part" or "policy.deployed":
                Policies.Take(entry);
                break;
            case "log.opened" or "log.closed":
                Sessions.Take(entry);
                break;
            case var type when type.StartsWith("grant.", StringComparison.Ordinal):
                TakeGrant(entry, counts);
                break;
        }
    }

    /// <summary>Ends: grants that are open are as long as they are by now.</summary>
    public void End() => Grants.End(until ?? LastTime ?? DateTimeOffset.MaxValue);

    private void TakeAccess(AuditEntry entry, bool counts)
    {
        var isCounted = entry.Type == "access.summary";
        var isAllowed = isCounted ? entry.Event.Outcome == AuditOutcome.Allowed : entry.Type == "access.allowed";
        var count = isCounted ? Math.Max(0, DeployedPolicies.Number(entry, "count") ?? 0) : 1;
        var holder = isAllowed && entry.Event.Grant is { } grant ? Grants.Use(grant) : null;
        if (!counts || entry.Permission is not { } permission)
        {
            return;
        }

        Allowed += isAllowed ? count : 0;
        Denied += isAllowed ? 0 : count;
        Counted += isCounted ? count : 0;
        var application = ApplicationOf(entry, permission);
        var link = 0;
        for (var subject = entry.Event.Actor; subject is not null; subject = subject.OnBehalfOf, link++)
        {
            var name = SubjectName.Of(subject);
            var seen = Of(application, name);
            seen.See(subject, entry.Roles, link);
            var use = seen.Of(permission);
            if (isAllowed)
            {
                use.Use(entry, count, isCounted, isDelegated: link > 0, entry.Event.Grant is not null && (holder is null || holder == name));
            }
            else if (link == 0)
            {
                use.Deny(entry.Event.Reason, count);
            }
        }
    }

    private void TakeGrant(AuditEntry entry, bool counts)
    {
        var application = entry.Policy is { } policy ? Policies.ApplicationOf(policy) : null;
        if (Grants.Take(entry, application, counts) is not { } begun || !counts)
        {
            return;
        }

        var seen = Of(application, begun.Subject);
        seen.See(entry.Event.Actor, entry.Roles, 0);
        foreach (var permission in begun.Permissions)
        {
            seen.Of(permission).Requested += begun.IsBreakGlass ? 0 : 1;
        }
    }

    /// <summary>Takes a grant that is over, or as long as it is by the end.</summary>
    private void Over(GrantSeen grant)
    {
        if (grant.End < since)
        {
            return;
        }

        foreach (var permission in grant.Permissions)
        {
            var use = Of(grant.Application, grant.Subject).Of(permission);
            use.Grants++;
            use.UnusedGrants += grant.Uses == 0 ? 1 : 0;
            use.BreakGlasses += grant.IsBreakGlass ? 1 : 0;
            use.Granted += grant.Length;
        }

        var place = _longest.FindIndex(other => other.Length < grant.Length);
        _longest.Insert(place < 0 ? _longest.Count : place, grant);
        if (_longest.Count > MostGrants)
        {
            _longest.RemoveAt(MostGrants);
        }
    }

    /// <summary>A decision names its policy; what is only counted does not, but its run may have decided otherwise, or only one application knows the permission.</summary>
    private string? ApplicationOf(AuditEntry entry, string permission)
    {
        if (entry.Policy is { } policy && Policies.ApplicationOf(policy) is { } named)
        {
            Sessions.Learn(entry.Event.Session, named);
            return named;
        }

        if (Sessions.ApplicationOf(entry.Event.Session) is { } known)
        {
            return known;
        }

        DeployedPolicy? only = null;
        foreach (var deployed in Policies.InForce.Values)
        {
            if (Policies.InForce.Count > 1 && deployed.Policy?.Catalogue.Contains(permission) != true)
            {
                continue;
            }

            if (only is not null)
            {
                return null;
            }

            only = deployed;
        }

        return only?.Application;
    }

    private SubjectSeen Of(string? application, SubjectName subject) =>
        _subjects.TryGetValue((application, subject), out var seen) ? seen : _subjects[(application, subject)] = new SubjectSeen();
}
