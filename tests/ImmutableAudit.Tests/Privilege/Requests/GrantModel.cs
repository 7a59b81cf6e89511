using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Privilege.Decisions;

namespace ImmutableAudit.Tests.Privilege.Requests;

/// <summary>PRIVILEGE.md P15 to P26 as they read, as slowly as they read: one application, its policy, its requests, and one clock.</summary>
internal sealed class GrantModel(AccessPolicy policy, DateTimeOffset clock)
{
    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromSeconds(5);

    /// <summary>What is in force.</summary>
    public AccessPolicy Policy { get; private set; } = policy;

    /// <summary>What the hosts' clock says.</summary>
    public DateTimeOffset Clock { get; private set; } = clock;

    /// <summary>P3: never before an entry.</summary>
    public DateTimeOffset Now { get; private set; } = clock;

    public List<ModelRequest> Requests { get; } = [];

    private NaiveModel Roles => new(Policy);

    public void SetClock(DateTimeOffset clock)
    {
        Clock = clock;
        Now = clock > Now ? clock : Now;
    }

    /// <summary>P21: where a request stands.</summary>
    public AccessRequestStatus StatusOf(ModelRequest request) => request switch
    {
        { Ended: { } ended } => ended,
        { Start: not null } => Now < request.End ? AccessRequestStatus.Active : AccessRequestStatus.Expired,
        { ActivateUntil: { } until } => Now < until ? AccessRequestStatus.Approved : AccessRequestStatus.Lapsed,
        _ => Now < request.PendingUntil ? AccessRequestStatus.Pending : AccessRequestStatus.Lapsed,
    };

    public bool IsOpen(ModelRequest request) =>
        StatusOf(request) is AccessRequestStatus.Pending or AccessRequestStatus.Approved or AccessRequestStatus.Active;

    /// <summary>P17: a new policy ends what it does not permit.</summary>
    public void Deploy(AccessPolicy policy)
    {
        Policy = policy;
        foreach (var request in Requests)
        {
            if (IsOpen(request) && !IsPermitted(request))
                request.Ended = StatusOf(request) == AccessRequestStatus.Active ? AccessRequestStatus.Revoked : AccessRequestStatus.Lapsed;
        }
    }

    /// <summary>P26: the open request that this is sent again for. For whom one acts is part of what is asked.</summary>
    public ModelRequest? SameAs(AccessSubject who, ModelMatter matter) => Requests.Find(other =>
        matter.Key is not null && IsOpen(other) && IsSameChain(other.Who, who) && other.Matter.Key == matter.Key && other.Matter.SaysTheSame(matter));

    /// <summary>P19, P23, P26: what speaks against asking.</summary>
    public List<string> Ask(AccessSubject who, ModelMatter matter)
    {
        var codes = CheckMatter(matter);
        var rules = RulesOf(matter.Permissions);
        if (matter.Duration <= TimeSpan.Zero || matter.Duration.Ticks % TimeSpan.TicksPerSecond != 0 || rules.Exists(rule => matter.Duration > rule.MaxDuration))
            codes.Add(RefusalCode.Duration);
        if (rules.Exists(rule => !EachHasOneOf(who, rule.RequestableBy, standing: false)))
            codes.Add(RefusalCode.NotEligible);
        if (matter.Permissions.All(permission => EachHolds(who, permission, matter.Scope)))
            codes.Add(RefusalCode.AlreadyHeld);
        foreach (var other in Requests.Where(other => IsOpen(other) && IsSameAccount(other.Who, who)))
        {
            if (matter.Key is not null && other.Matter.Key == matter.Key)
                codes.Add(RefusalCode.KeyReused);
            if (IsSameChain(other.Who, who) && StatusOf(other) != AccessRequestStatus.Active && other.Matter.Scope == matter.Scope && matter.Permissions.All(other.Matter.Permissions.Contains))
                codes.Add(RefusalCode.AlreadyHeld);
        }

        return [.. codes, .. CheckSeparation(who, rules, null)];
    }

    public ModelRequest Asked(string label, AccessSubject who, ModelMatter matter)
    {
        var request = new ModelRequest(label, Known(who), matter, LinksOf(who))
        {
            PendingUntil = Now + RulesOf(matter.Permissions).Min(rule => rule.PendingFor),
        };
        Requests.Add(request);
        return request;
    }

    /// <summary>P24.</summary>
    public List<string> BreakGlass(AccessSubject who, ModelMatter matter)
    {
        var codes = CheckMatter(matter);
        var rules = RulesOf(matter.Permissions);
        foreach (var rule in rules)
        {
            if (rule.BreakGlass is not { } glass)
                codes.Add(RefusalCode.NoRule);
            else if (!EachHasOneOf(who, glass.Roles, standing: false))
                codes.Add(RefusalCode.NotEligible);
            if (matter.Duration <= TimeSpan.Zero || matter.Duration.Ticks % TimeSpan.TicksPerSecond != 0 || matter.Duration > rule.BreakGlass?.MaxDuration)
                codes.Add(RefusalCode.Duration);
        }

        if (string.IsNullOrWhiteSpace(matter.Reason))
            codes.Add(RefusalCode.ReasonRequired);
        if (Requests.Exists(other => other is { IsBreakGlass: true, IsReviewed: false } && IsSameHuman(who, other.Links)))
            codes.Add(RefusalCode.Unreviewed);
        return codes;
    }

    public ModelRequest Broke(string label, AccessSubject who, ModelMatter matter)
    {
        var request = new ModelRequest(label, Known(who), matter, LinksOf(who)) { IsBreakGlass = true, Start = Now, End = Now + matter.Duration };
        Requests.Add(request);
        return request;
    }

    /// <summary>P18, P20, P23: what speaks against a vote.</summary>
    public List<string> Vote(ModelRequest request, AccessSubject who, bool approves)
    {
        var codes = new List<string>();
        var status = StatusOf(request);
        if (status != AccessRequestStatus.Pending && (approves || status != AccessRequestStatus.Approved))
            codes.Add(RefusalCode.NotPending);
        if (!IsOpen(request))
            codes.AddRange([RefusalCode.AlreadyOver, RefusalCode.Lapsed]);
        if (IsSameHuman(who, request.Links))
            codes.Add(RefusalCode.SelfApproval);
        if (request.Votes.Exists(vote => IsSameHuman(who, vote.Links)))
            codes.Add(RefusalCode.AlreadyVoted);
        var rules = RulesOf(request.Matter.Permissions);
        if (ApprovingRoles(who, rules).Count == 0)
            codes.Add(RefusalCode.NoRight);
        if (rules.Exists(rule => rule.SeparateApprovers && Requests.Exists(own =>
            IsOpen(own) && own.Matter.Permissions.Contains(rule.Permission) && IsSameHuman(who, own.Links))))
            codes.Add(RefusalCode.SeparateApprovers);
        return codes;
    }

    public void Approved(ModelRequest request, AccessSubject who)
    {
        var rules = RulesOf(request.Matter.Permissions);
        request.Votes.Add(new ModelVote(LinksOf(who), ApprovingRoles(who, rules)));
        if (rules.TrueForAll(rule => IsQuorum(rule, request)))
            request.ActivateUntil = Now + rules.Min(rule => rule.ActivateWithin);
    }

    public List<string> Cancel(ModelRequest request, AccessSubject who)
    {
        var codes = CheckOwn(request, who);
        if (StatusOf(request) is not (AccessRequestStatus.Pending or AccessRequestStatus.Approved))
            codes.Add(RefusalCode.NotPending);
        if (!IsOpen(request))
            codes.AddRange([RefusalCode.AlreadyOver, RefusalCode.Lapsed]);
        return codes;
    }

    public List<string> Activate(ModelRequest request, AccessSubject who)
    {
        var codes = CheckOwn(request, who);
        var rules = RulesOf(request.Matter.Permissions);
        if (StatusOf(request) != AccessRequestStatus.Approved)
            codes.Add(RefusalCode.NotApproved);
        if (!IsOpen(request))
            codes.AddRange([RefusalCode.AlreadyOver, RefusalCode.Lapsed]);
        if (rules.Exists(rule => !EachHasOneOf(who, rule.RequestableBy, standing: false)))
            codes.Add(RefusalCode.NotEligible);
        if (rules.Exists(rule => !IsWithin(rule.Hours, Now)))
            codes.Add(RefusalCode.OutsideHours);
        return [.. codes, .. CheckSeparation(who, rules, request)];
    }

    /// <summary>P21: until its time is over, or the hours are; these change at whole minutes only.</summary>
    public void Activated(ModelRequest request)
    {
        request.Start = Now;
        request.End = Now + request.Matter.Duration;
        var rules = RulesOf(request.Matter.Permissions);
        for (var minute = new DateTimeOffset(Now.Ticks - (Now.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero); minute < request.End; minute = minute.AddMinutes(1))
        {
            if (minute > Now && rules.Exists(rule => !IsWithin(rule.Hours, minute)))
                request.End = minute;
        }
    }

    public List<string> Relinquish(ModelRequest request, AccessSubject who) => [.. CheckOwn(request, who), .. CheckActive(request)];

    /// <summary>P22.</summary>
    public List<string> Revoke(ModelRequest request, AccessSubject who, string? reason)
    {
        var codes = CheckActive(request);
        var rules = RulesOf(request.Matter.Permissions);
        if (ApprovingRoles(who, rules).Count == 0 && !rules.Exists(rule => rule.RevocableBy.Count > 0 && EachHasOneOf(who, rule.RevocableBy, standing: true)))
            codes.Add(RefusalCode.NoRight);
        if (string.IsNullOrWhiteSpace(reason))
            codes.Add(RefusalCode.ReasonRequired);
        return codes;
    }

    /// <summary>P24: by somebody else, before or after it is over.</summary>
    public List<string> Review(ModelRequest request, AccessSubject who, string? reason)
    {
        var codes = new List<string>();
        if (!request.IsBreakGlass)
            codes.AddRange([RefusalCode.NotBreakGlass, .. IsOpen(request) ? Array.Empty<string>() : [RefusalCode.AlreadyOver]]);
        if (request.IsReviewed)
            codes.AddRange([RefusalCode.AlreadyReviewed, .. IsOpen(request) ? Array.Empty<string>() : [RefusalCode.AlreadyOver]]);
        if (IsSameHuman(who, request.Links))
            codes.Add(RefusalCode.SelfApproval);
        if (ApprovingRoles(who, RulesOf(request.Matter.Permissions)).Count == 0)
            codes.Add(RefusalCode.NoRight);
        if (string.IsNullOrWhiteSpace(reason))
            codes.Add(RefusalCode.ReasonRequired);
        return codes;
    }

    /// <summary>P1 to P4, P18: every link by its roles or by a live grant; the grants are counted off in the order of the chain.</summary>
    /// <returns>Whether it is allowed, and under which grant.</returns>
    public (bool IsAllowed, ModelRequest? Grant) Call(AccessSubject who, string permission, AuditResource? resource)
    {
        ModelRequest? first = null;
        for (var link = who; link is not null; link = link.OnBehalfOf)
        {
            if (LinkHolds(link, permission, resource))
                continue;
            if (!Policy.Catalogue.Contains(permission))
                return (false, null);
            var grant = Requests.Where(request => StatusOf(request) == AccessRequestStatus.Active && IsGiven(request.Who, link)
                    && request.Matter.Permissions.Contains(permission) && request.Start <= Now && Covers(request.Matter.Scope, resource))
                .OrderByDescending(request => request.End).FirstOrDefault();
            if (grant is null || Now - Clock > MaxClockSkew)
                return (false, null);
            first ??= grant;
        }

        return (true, first);
    }

    /// <summary>What waits for somebody's vote or review.</summary>
    public IEnumerable<ModelRequest> WaitingFor(AccessSubject who) =>
        Requests.Where(request => (request.IsBreakGlass ? Review(request, who, "-") : Vote(request, who, approves: true)).Count == 0);

    /// <summary>What somebody has asked for and has, and what it may take back.</summary>
    public IEnumerable<ModelRequest> SeenBy(AccessSubject who) => Requests.Where(request =>
        (IsOpen(request) && IsSameChain(request.Who, who)) || Revoke(request, who, "-").Count == 0);

    /// <summary>P18, P20: each person is put behind each rule in turn, or behind none, with the votes of all its accounts; the requester behind none.</summary>
    private bool IsQuorum(ElevationRule rule, ModelRequest request)
    {
        var votes = new List<ModelVote>();
        foreach (var vote in request.Votes.Where(vote => !IsSameHuman(vote.Links, request.Links)))
        {
            var same = votes.FindAll(other => IsSameHuman(other.Links, vote.Links));
            votes = [.. votes.Except(same), new ModelVote([.. vote.Links, .. same.SelectMany(other => other.Links)], [.. vote.Roles, .. same.SelectMany(other => other.Roles)])];
        }

        return rule.Approvals.Count > 0 && Try(0, [.. rule.Approvals.Select(approval => approval.Quorum)]);

        bool Try(int person, int[] missing)
        {
            if (missing.All(number => number <= 0))
                return true;
            if (person == votes.Count)
                return false;
            for (var i = 0; i < missing.Length; i++)
            {
                int[] less = [.. missing];
                less[i]--;
                if (votes[person].Roles.Contains(rule.Approvals[i].Role) && Try(person + 1, less))
                    return true;
            }

            return Try(person + 1, missing);
        }
    }

    /// <summary>P21: on a day that is named, from its beginning on, up to its end, which may be on the next day.</summary>
    private static bool IsWithin(ActiveHours? hours, DateTimeOffset time)
    {
        if (hours is null)
            return true;
        var local = time.UtcDateTime + hours.UtcOffset;
        return new[] { local.Date, local.Date.AddDays(-1) }.Any(day => hours.Days.Contains(day.DayOfWeek)
            && local >= day + hours.From.ToTimeSpan()
            && local < (hours.To > hours.From ? day : day.AddDays(1)) + hours.To.ToTimeSpan());
    }

    private static bool Covers(AuditResource? scope, AuditResource? resource) =>
        scope is null || (resource is not null && scope.Type == resource.Type && (scope.Id is null || scope.Id == resource.Id));

    private static bool IsSameAccount(AccessSubject one, AccessSubject other) =>
        one.Identity.Id == other.Identity.Id && one.Identity.Issuer == other.Identity.Issuer;

    private static bool IsSameChain(AccessSubject one, AccessSubject other) =>
        ChainOf(one).Count == ChainOf(other).Count && ChainOf(one).Zip(ChainOf(other)).All(links => IsSameAccount(links.First, links.Second));

    /// <summary>One's own grant counts whomever one acts for; that of somebody acting for others only for the same others.</summary>
    private static bool IsGiven(AccessSubject grantee, AccessSubject link) =>
        grantee.OnBehalfOf is null ? IsSameAccount(grantee, link) : IsSameChain(grantee, link);

    private static List<AccessSubject> ChainOf(AccessSubject who)
    {
        var chain = new List<AccessSubject>();
        for (var link = who; link is not null; link = link.OnBehalfOf)
        {
            chain.Add(link);
        }

        return chain;
    }

    private List<string> CheckMatter(ModelMatter matter)
    {
        var codes = new List<string>();
        if (matter.Permissions.Length == 0)
            codes.Add(RefusalCode.Malformed);
        if (matter.Permissions.Any(permission => !Policy.Catalogue.Contains(permission)))
            codes.Add(RefusalCode.UnknownPermission);
        if (matter.Permissions.Any(permission => Policy.Elevations.All(rule => rule.Permission != permission)))
            codes.Add(RefusalCode.NoRule);
        if (string.IsNullOrWhiteSpace(matter.Reason) && RulesOf(matter.Permissions).Exists(rule => rule.RequiresReason))
            codes.Add(RefusalCode.ReasonRequired);
        if (matter.Ticket is null && RulesOf(matter.Permissions).Exists(rule => rule.RequiresTicket))
            codes.Add(RefusalCode.TicketRequired);
        return codes;
    }

    /// <summary>P23: who approved somebody else's that is not over.</summary>
    private IEnumerable<string> CheckSeparation(AccessSubject who, List<ElevationRule> rules, ModelRequest? own) =>
        rules.Exists(rule => rule.SeparateApprovers && Requests.Exists(other => other != own && IsOpen(other)
            && other.Matter.Permissions.Contains(rule.Permission) && other.Votes.Exists(vote => IsSameHuman(who, vote.Links))))
            ? [RefusalCode.SeparateApprovers] : [];

    private static List<string> CheckOwn(ModelRequest request, AccessSubject who) => IsSameChain(request.Who, who) ? [] : [RefusalCode.NotYours];

    private List<string> CheckActive(ModelRequest request) => StatusOf(request) == AccessRequestStatus.Active ? []
        : IsOpen(request) ? [RefusalCode.NotActive] : [RefusalCode.NotActive, RefusalCode.AlreadyOver];

    private bool IsPermitted(ModelRequest request) => request.Matter.Permissions.All(permission =>
        Policy.Catalogue.Contains(permission) && Policy.Elevations.SingleOrDefault(rule => rule.Permission == permission) is { } rule
        && (request.IsBreakGlass
            ? rule.BreakGlass is { } glass && request.Matter.Duration <= glass.MaxDuration && EachHasOneOf(request.Who, glass.Roles, standing: false)
            : request.Matter.Duration <= rule.MaxDuration && EachHasOneOf(request.Who, rule.RequestableBy, standing: false)
                && (StatusOf(request) == AccessRequestStatus.Pending || IsQuorum(rule, request))));

    private List<ElevationRule> RulesOf(string[] permissions) => [.. Policy.Elevations.Where(rule => permissions.Contains(rule.Permission, StringComparer.Ordinal))];

    /// <summary>P20: the roles by which somebody may vote, of each link.</summary>
    private List<string> ApprovingRoles(AccessSubject who, List<ElevationRule> rules) =>
        [.. rules.SelectMany(rule => rule.Approvals).Select(approval => approval.Role).Distinct(StringComparer.Ordinal)
            .Where(role => Policy.Roles.Any(known => known.Name == role && known.ApprovesElevation) && ChainOf(who).TrueForAll(link => Has(link, role, standing: true)))];

    private bool EachHasOneOf(AccessSubject who, IReadOnlyList<string> roles, bool standing) =>
        ChainOf(who).TrueForAll(link => roles.Any(role => Has(link, role, standing)));

    private bool EachHolds(AccessSubject who, string permission, AuditResource? resource) => ChainOf(who).TrueForAll(link => LinkHolds(link, permission, resource));

    /// <summary>P4: never an elevated one.</summary>
    private bool LinkHolds(AccessSubject link, string permission, AuditResource? resource) =>
        Policy.Catalogue.SingleOrDefault(definition => definition.Permission == permission) is { Elevated: false } && Roles.MayByRole(link, permission, resource);

    private bool Has(AccessSubject link, string role, bool standing)
    {
        return Roles.Counting(link).Any(Leads);

        bool Leads(string name) => Policy.Roles.SingleOrDefault(known => known.Name == name) is { } known
            && (!standing || known.Kind == RoleKind.Standing) && (name == role || known.Includes.Any(Leads));
    }

    /// <summary>P18: each link with each, by what was known then or is known now.</summary>
    private bool IsSameHuman(AccessSubject who, List<ModelLink> then) => IsSameHuman(LinksOf(who), then);

    private bool IsSameHuman(List<ModelLink> ones, List<ModelLink> others) => ones.Exists(one => others.Exists(other =>
        (one.Issuer == other.Issuer && one.Id == other.Id)
        || one.Persons.Concat(PersonsOf(one.Issuer, one.Id)).Any(other.Persons.Concat(PersonsOf(other.Issuer, other.Id)).Contains)));

    private List<ModelLink> LinksOf(AccessSubject who) => [.. ChainOf(who).Select(link => new ModelLink(
        link.Identity.Issuer, link.Identity.Id, [.. PersonsOf(link.Identity.Issuer, link.Identity.Id), .. link.Identity.Person is { } person ? new[] { person } : []]))];

    private IEnumerable<string> PersonsOf(string? issuer, string id) =>
        Policy.Assignments.Where(assignment => assignment.Issuer == issuer && assignment.Id == id).Select(assignment => assignment.Person).OfType<string>();

    /// <summary>P16: on record are the roles that the policy knows.</summary>
    private AccessSubject Known(AccessSubject who)
    {
        var link = new AccessSubject(who.Identity with { OnBehalfOf = null }, who.Roles.Where(role => Policy.Roles.Any(known => known.Name == role.Name)));
        return who.OnBehalfOf is { } principal ? link.ActingFor(Known(principal)) : link;
    }
}

/// <summary>What somebody asks for.</summary>
internal sealed record ModelMatter(string[] Permissions, AuditResource? Scope, TimeSpan Duration, string? Reason, string? Ticket, string? Key)
{
    public bool SaysTheSame(ModelMatter other) => Permissions.Order(StringComparer.Ordinal).SequenceEqual(other.Permissions.Order(StringComparer.Ordinal), StringComparer.Ordinal)
        && (Scope, Duration, Reason, Ticket) == (other.Scope, other.Duration, other.Reason, other.Ticket);
}

internal sealed record ModelLink(string? Issuer, string Id, List<string> Persons);

internal sealed record ModelVote(List<ModelLink> Links, List<string> Roles);

/// <summary>A request, and the grant that it has become.</summary>
internal sealed class ModelRequest(string label, AccessSubject who, ModelMatter matter, List<ModelLink> links)
{
    public string Label { get; } = label;

    /// <summary>With the roles on record.</summary>
    public AccessSubject Who { get; } = who;

    public ModelMatter Matter { get; } = matter;

    public List<ModelLink> Links { get; } = links;

    public List<ModelVote> Votes { get; } = [];

    public DateTimeOffset PendingUntil { get; set; }

    public DateTimeOffset? ActivateUntil { get; set; }

    public DateTimeOffset? Start { get; set; }

    public DateTimeOffset End { get; set; }

    public bool IsBreakGlass { get; set; }

    public bool IsReviewed { get; set; }

    /// <summary>How it was ended, where not by time.</summary>
    public AccessRequestStatus? Ended { get; set; }

    /// <summary>When its present stage ends by itself.</summary>
    public DateTimeOffset Until => Start is not null ? End : ActivateUntil ?? PendingUntil;
}
