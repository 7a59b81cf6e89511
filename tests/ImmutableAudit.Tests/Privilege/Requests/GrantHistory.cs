using System.Globalization;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Requests;

internal enum Doing
{
    Ask,
    BreakGlass,
    Approve,
    Deny,
    Cancel,
    Activate,
    Relinquish,
    Revoke,
    Review,
    Call,
    List,
    Deploy,
    Pass,
    Jump,
    Reopen,
    WriteState,
}

/// <summary>How the host does not survive what it does.</summary>
internal enum Death
{
    None,

    /// <summary>It stops before anything is committed.</summary>
    Before,

    /// <summary>What it does is committed, and it does not come to say so.</summary>
    After,
}

/// <summary>One step of a history. Requests are named by the labels of the steps that made them, so that steps can be left out.</summary>
internal sealed record Step(Doing What)
{
    /// <summary>By which host it is done.</summary>
    public int Host { get; init; }

    public Death Death { get; init; }

    public AccessSubject? Who { get; init; }

    /// <summary>Of a request: its name. Of what is about one: which.</summary>
    public string Label { get; init; } = "";

    public ModelMatter? Matter { get; init; }

    public string? Reason { get; init; }

    public string Permission { get; init; } = "";

    public AuditResource? Resource { get; init; }

    public TimeSpan Time { get; init; }

    public PlannedPolicy? Policy { get; init; }

    public override string ToString() => string.Join(' ', new[]
    {
        What.ToString(),
        Label,
        Who is null ? "" : $"by {Show(Who)}",
        Matter is null ? "" : $"[{string.Join(", ", Matter.Permissions)}] on {Show(Matter.Scope)} for {Matter.Duration:c} reason={Matter.Reason ?? "-"} ticket={Matter.Ticket ?? "-"} key={Matter.Key ?? "-"}",
        What is Doing.Call ? $"{Permission} on {Show(Resource)}" : "",
        What is Doing.Revoke or Doing.Review ? $"reason={Reason ?? "-"}" : "",
        What is Doing.Pass or Doing.Jump ? Time.ToString("c", CultureInfo.InvariantCulture) : "",
        Policy is null ? "" : "\n" + Policy,
        Host == 0 ? "" : "at the second host",
        Death == Death.None ? "" : $"and the host dies {(Death == Death.Before ? "before" : "after")} the commit",
    }.Where(part => part.Length > 0));

    private static string Show(AccessSubject who)
    {
        var identity = who.Identity;
        return $"{identity.Id}{(identity.Person is null ? "" : $"/{identity.Person}")}{(who.Roles.Count == 0 ? "" : $"+{string.Join('+', who.Roles.Select(role => role.Name))}")}"
            + (who.OnBehalfOf is { } principal ? $" for {Show(principal)}" : "");
    }

    private static string Show(AuditResource? resource) => resource is null ? "anything" : $"{resource.Type}:{resource.Id ?? "*"}";
}

/// <summary>A policy as the list of what it says.</summary>
internal sealed record PlannedPolicy(int Version, List<(string Text, Action<AccessPolicyBuilder> Say)> Says)
{
    public void Say(AccessPolicyBuilder builder)
    {
        builder.Application("shop").Version(Version);
        Says.ForEach(said => said.Say(builder));
    }

    public AccessPolicy Build()
    {
        var builder = new AccessPolicyBuilder();
        Say(builder);
        return builder.Build();
    }

    public override string ToString() => $"  policy version {Version}\n{string.Concat(Says.Select(said => $"    {said.Text}\n"))}";
}

/// <summary>A policy and what is done under it: random, but led to where something happens by what the model takes for possible.</summary>
internal sealed class GrantHistory
{
    private const int StepCount = 30;

    private static readonly string[] Elevated = ["vault.open", "vault.purge", "vault.rotate"];
    private static readonly string[] Plain = ["orders.note", "orders.read"];
    private static readonly string[] Roles = ["lead", "dev", "duty", "security", "owner", "chief", "revoker"];
    private static readonly string[] Approvers = ["security", "owner"];
    private static readonly string[] Accounts = ["alice", "alice2", "bob", "carol", "dave", "bot"];

    private readonly Random _random;
    private int _keys;

    public GrantHistory(int seed)
    {
        _random = new Random(seed);
        Policy = FirstPolicy();
        var model = new GrantModel(Policy.Build(), DateTimeOffset.UnixEpoch.AddYears(56));
        var now = Policy;
        for (var i = 0; i < StepCount; i++)
        {
            var step = Next(model, now, $"#{i}");
            now = step.Policy ?? now;
            ModelRun.Imagine(model, step);
            Steps.Add(step);
        }
    }

    /// <summary>The first one, which the hosts come with.</summary>
    public PlannedPolicy Policy { get; }

    public List<Step> Steps { get; } = [];

    public static string Print(PlannedPolicy policy, IEnumerable<Step> steps) =>
        $"{policy}{string.Join('\n', steps.Select((step, number) => $"  {number}: {step}"))}";

    /// <summary>Of several things that people do the first that the model takes for possible, mostly.</summary>
    private Step Next(GrantModel model, PlannedPolicy policy, string label)
    {
        if (Chance(0.36))
        {
            return Any(model, policy);
        }

        var step = Act(model, label);
        for (var tries = Chance(0.75) ? 30 : 0; tries > 0 && ModelRun.WhatSpeaksAgainst(model, step).Count > 0; tries--)
        {
            step = Act(model, label);
        }

        return Chance(0.04) ? step with { Death = Pick(Death.Before, Death.After) } : step;
    }

    private Step Act(GrantModel model, string label)
    {
        var open = model.Requests.FindAll(model.IsOpen);
        var step = new Step(Doing.Ask)
        {
            Host = Host(),
            Label = model.Requests.Count == 0 || Chance(0.03) ? Pick("nothing", "before") : Pick([.. Chance(0.9) && open.Count > 0 ? open : model.Requests]).Label,
            Reason = Reason(),
        };
        step = step with { Who = Chance(0.3) && ModelRun.Find(model, step) is { } own ? own.Who : Subject() };
        return _random.Next(100) switch
        {
            < 4 when model.Requests.FindLast(request => request.Matter.Key is not null) is { } again => step with { Label = label, Who = again.Who, Matter = Matter(again) },
            < 24 => step with { Label = label, Matter = Matter() },
            < 26 when model.Requests.FindLast(request => request.IsBreakGlass) is { } again =>
                step with { What = Doing.BreakGlass, Label = label, Who = again.Who, Matter = Matter(again) with { Key = null } },
            < 31 => step with { What = Doing.BreakGlass, Label = label, Matter = Matter() with { Key = null } },
            < 62 => step with { What = Doing.Approve },
            < 64 => step with { What = Doing.Deny },
            < 66 => step with { What = Doing.Cancel },
            < 88 => step with { What = Doing.Activate },
            < 90 => step with { What = Doing.Relinquish },
            < 95 => step with { What = Doing.Revoke },
            _ => step with { What = Doing.Review },
        };
    }

    private Step Any(GrantModel model, PlannedPolicy policy)
    {
        switch (_random.Next(100))
        {
            case < 45:
                var live = model.Requests.FindAll(request => request.Start is not null);
                return live.Count > 0 && Chance(0.7) && Pick([.. live]) is var used
                    ? new Step(Doing.Call) { Host = Host(), Who = used.Who, Permission = Pick(used.Matter.Permissions), Resource = Chance(0.5) ? used.Matter.Scope : Resource() }
                    : new Step(Doing.Call) { Host = Host(), Who = Subject(), Permission = Permission(), Resource = Resource() };
            case < 53:
                return new Step(Doing.List) { Host = Host(), Who = Subject() };
            case < 60:
                return new Step(Doing.Deploy) { Host = Host(), Policy = Changed(policy) };
            case < 80:
                return new Step(Doing.Pass) { Time = Passing(model) };
            case < 90:
                return new Step(Doing.Jump)
                {
                    Time = Pick(TimeSpan.FromMinutes(20), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(-3), TimeSpan.FromSeconds(-5), TimeSpan.FromSeconds(-6), TimeSpan.FromMinutes(-20)),
                };
            case < 95:
                return new Step(Doing.Reopen) { Host = Host() };
            default:
                return new Step(Doing.WriteState) { Host = Host() };
        }
    }

    /// <summary>Often to the very moment at which something ends, or just before.</summary>
    private TimeSpan Passing(GrantModel model)
    {
        var ends = model.Requests.Where(model.IsOpen).Select(request => request.Until - model.Clock).Where(left => left > TimeSpan.Zero && left < TimeSpan.FromDays(2)).ToList();
        var tick = TimeSpan.FromTicks(1);
        return ends.Count > 0 && Chance(0.4) ? Pick(ends.Min(), Pick([.. ends]), ends.Min() - tick, ends.Min() + tick) is { Ticks: > 0 } time ? time : tick
            : Pick(tick, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6), TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(30), TimeSpan.FromHours(3));
    }

    private ModelMatter Matter(ModelRequest? again = null)
    {
        if (again is not null)
        {
            // Word for word or not.
            return Chance(0.5) ? again.Matter : again.Matter with { Reason = "something else" };
        }

        var permissions = new[] { Permission(), Permission() }.Take(Chance(0.7) ? 1 : 2).Distinct(StringComparer.Ordinal).ToArray();
        return new ModelMatter(
            Chance(0.02) ? [] : permissions,
            Resource(),
            Chance(0.07)
                ? Pick(TimeSpan.Zero, TimeSpan.FromSeconds(-60), TimeSpan.MaxValue, TimeSpan.FromMilliseconds(1500), TimeSpan.FromDays(1), TimeSpan.MinValue)
                : Pick(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(20)),
            Reason(),
            Chance(0.5) ? "T-1" : null,
            Chance(0.4) ? Pick("k", $"k{_keys++}") : null);
    }

    private PlannedPolicy FirstPolicy()
    {
        while (true)
        {
            var policy = new PlannedPolicy(1, Says());
            var built = policy.Build();
            if (PolicyValidator.Validate(built, built.Catalogue, true).All(finding => finding.Severity != FindingSeverity.Error))
                return policy;
        }
    }

    private List<(string Text, Action<AccessPolicyBuilder> Say)> Says()
    {
        var says = new List<(string, Action<AccessPolicyBuilder>)>();
        foreach (var permission in Elevated)
        {
            says.Add(($"{permission} is elevated", builder => builder.Permission(permission, elevated: true)));
        }

        foreach (var permission in Plain)
        {
            says.Add(($"{permission} is not", builder => builder.Permission(permission)));
        }

        var eligible = Chance(0.5);
        var chief = Pick(Approvers);
        var reads = Chance(0.5);
        says.Add(("lead", builder => builder.Role("lead", role => role.Allow(Plain[0]))));
        says.Add(($"dev{(eligible ? ", eligible" : "")}", builder => builder.Role("dev", role =>
        {
            if (eligible)
                role.Eligible();
            role.Allow(Plain[1], ("order", reads ? "1" : null));
        }
        )));
        says.Add(("duty", builder => builder.Role("duty", _ => { })));
        says.Add(("revoker", builder => builder.Role("revoker", _ => { })));
        says.Add(("security approves", builder => builder.Role("security", role => role.ApprovesElevation())));
        says.Add(("owner approves", builder => builder.Role("owner", role => role.ApprovesElevation().Allow(Plain[1]))));
        says.Add(($"chief includes {chief}", builder => builder.Role("chief", role => role.Includes(chief))));
        foreach (var account in Accounts)
        {
            string? person = account.StartsWith("alice", StringComparison.Ordinal) && Chance(0.6) ? "p-a" : null;
            foreach (var role in Roles.Where(role => Chance(role is "security" or "owner" or "lead" ? 0.5 : 0.25)))
            {
                says.Add(Assign(account, person, role));
            }
        }

        if (Chance(0.15))
            says.Add(("lead and owner are apart", builder => builder.SeparateDuties("lead", "owner")));
        foreach (var permission in Elevated.Take(2 + _random.Next(2)).Concat(Chance(0.5) ? [Plain[0]] : []))
        {
            says.Add(Rule(permission));
        }

        return says;
    }

    private static (string, Action<AccessPolicyBuilder>) Assign(string account, string? person, string role) =>
        ($"{account}{(person is null ? "" : $" ({person})")} is {role}", builder => builder.Assign(Identity(account) with { Person = person }, role));

    private (string, Action<AccessPolicyBuilder>) Rule(string permission)
    {
        var asking = Roles.Where(role => role is "lead" or "dev" || Chance(0.15)).ToList();
        var approving = (Chance(0.5) ? [Pick(Approvers)] : Approvers).Select(role => (Role: role, Quorum: Chance(0.7) ? 1 : 2)).ToList();
        var longest = Pick(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30));
        var pending = Pick(TimeSpan.FromMinutes(45), TimeSpan.FromHours(24));
        var activate = Pick(TimeSpan.FromMinutes(10), TimeSpan.FromHours(8));
        var (reason, ticket, separate) = (Chance(0.3), Chance(0.1), Chance(0.4));
        var glass = Chance(0.4) ? TimeSpan.FromMinutes(6) : (TimeSpan?)null;
        var revoking = Chance(0.5);
        var hours = Chance(0.3) ? (Offset: Pick(0, 60, -330), From: Pick(new TimeOnly(0, 0), new TimeOnly(22, 0)), To: Pick(new TimeOnly(0, 0), new TimeOnly(0, 25), new TimeOnly(6, 0)))
            : ((int Offset, TimeOnly From, TimeOnly To)?)null;
        DayOfWeek[] days = Chance(0.5) ? Enum.GetValues<DayOfWeek>() : [DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Saturday];
        var text = $"{permission}: {string.Join('/', asking)} ask, {string.Join('+', approving.Select(rule => $"{rule.Quorum} {rule.Role}"))} approve, {longest:c}, pending {pending:c}, activate {activate:c}"
            + (reason ? ", reason" : "") + (ticket ? ", ticket" : "") + (separate ? ", separate" : "") + (glass is null ? "" : $", duty breaks glass {glass:c}")
            + (revoking ? ", revoker" : "") + (hours is { } said ? $", {said.From}-{said.To} {said.Offset} min {string.Join(' ', days)}" : "");
        return (text, builder => builder.Elevation(permission, rule =>
        {
            rule.RequestableBy(asking).MaxDuration(longest).PendingFor(pending).ActivateWithin(activate);
            approving.ForEach(approval => rule.ApprovedBy(approval.Role, approval.Quorum));
            if (reason)
                rule.RequireReason();
            if (ticket)
                rule.RequireTicket();
            if (separate)
                rule.SeparateApprovers();
            if (glass is { } time)
                rule.BreakGlass(time, "duty", "chief");
            if (revoking)
                rule.RevocableBy("revoker");
            if (hours is { } within)
                rule.ActiveHours(TimeSpan.FromMinutes(within.Offset), within.From, within.To, days);
        }
        ));
    }

    /// <summary>Something is gone, or another rule takes the place of one, or somebody turns out to be somebody else.</summary>
    private PlannedPolicy Changed(PlannedPolicy policy)
    {
        var says = policy.Says.ToList();
        var place = _random.Next(says.Count);
        var permission = says[place].Text.Split(':')[0];
        if (Chance(0.2) && !says.Exists(said => said.Text.StartsWith("bob (", StringComparison.Ordinal)))
        {
            says.Add(Assign("bob", "p-a", "revoker"));
            says.RemoveAll(said => said.Text.StartsWith("alice2 is", StringComparison.Ordinal));
            says.Add(Assign("alice2", "p-a", Pick("lead", "security")));
        }
        else if (says[place].Text.Contains(':', StringComparison.Ordinal) && Chance(0.8))
            says[place] = Rule(permission);
        else if (Chance(0.8))
            says.RemoveAt(place);
        else
            says.Add(Assign(Pick("carol", "dave"), null, Pick("security", "owner", "lead")));
        return new PlannedPolicy(policy.Version + 1, says);
    }

    private AccessSubject Subject()
    {
        var account = Pick(Accounts);
        var identity = Identity(account) with { Person = Chance(0.06) ? Pick("p-a", "p-z") : null };
        var subject = new AccessSubject(identity, Chance(0.2) ? [new AssertedRole(Pick([.. Roles, "unknown"]), "idp")] : []);
        return Chance(account == "bot" ? 0.4 : 0.05) ? subject.ActingFor(new AccessSubject(Identity(Pick(Accounts)))) : subject;
    }

    private int Host() => Chance(0.3) ? 1 : 0;

    private static AuditSubject Identity(string account) => new() { Id = account, Issuer = account == "carol" ? "idp" : null };

    private string Permission() => Chance(0.8) ? Pick(Elevated[0], Elevated[0], Elevated[1], Elevated[2]) : Chance(0.9) ? Pick(Plain) : "no.such";

    private AuditResource? Resource() => _random.Next(6) switch
    {
        0 => new AuditResource { Type = "order", Id = "1" },
        1 => new AuditResource { Type = "order", Id = "2" },
        2 => new AuditResource { Type = "order" },
        _ => null,
    };

    private string? Reason() => Chance(0.8) ? "needed" : Chance(0.5) ? "" : null;

    private bool Chance(double chance) => _random.NextDouble() < chance;

    private T Pick<T>(params T[] from) => from[_random.Next(from.Length)];
}

/// <summary>What the model says to a step.</summary>
internal static class ModelRun
{
    public static ModelRequest? Find(GrantModel model, Step step) => model.Requests.Find(request => request.Label == step.Label);

    /// <summary>The codes by which it may be refused; none where it is to be done.</summary>
    public static List<string> WhatSpeaksAgainst(GrantModel model, Step step)
    {
        if (step.What is Doing.Ask)
            return model.SameAs(step.Who!, step.Matter!) is null ? model.Ask(step.Who!, step.Matter!) : [];
        if (step.What is Doing.BreakGlass)
            return model.BreakGlass(step.Who!, step.Matter!);
        if (step.What is Doing.Call)
            return model.Call(step.Who!, step.Permission, step.Resource).IsAllowed ? [] : ["denied"];
        if (step.What > Doing.Review)
            return [];
        if (Find(model, step) is not { } request)
            return [RefusalCode.UnknownRequest];
        return step.What switch
        {
            Doing.Approve => model.Vote(request, step.Who!, approves: true),
            Doing.Deny => model.Vote(request, step.Who!, approves: false),
            Doing.Cancel => model.Cancel(request, step.Who!),
            Doing.Activate => model.Activate(request, step.Who!),
            Doing.Relinquish => model.Relinquish(request, step.Who!),
            Doing.Revoke => model.Revoke(request, step.Who!, step.Reason),
            _ => model.Review(request, step.Who!, step.Reason),
        };
    }

    /// <summary>The model after a step that is done.</summary>
    public static void Do(GrantModel model, Step step)
    {
        var request = Find(model, step)!;
        switch (step.What)
        {
            case Doing.Ask when model.SameAs(step.Who!, step.Matter!) is null:
                model.Asked(step.Label, step.Who!, step.Matter!);
                break;
            case Doing.BreakGlass:
                model.Broke(step.Label, step.Who!, step.Matter!);
                break;
            case Doing.Approve:
                model.Approved(request, step.Who!);
                break;
            case Doing.Activate:
                model.Activated(request);
                break;
            case Doing.Review:
                request.IsReviewed = true;
                break;
            case Doing.Deny or Doing.Cancel or Doing.Relinquish or Doing.Revoke:
                request.Ended = step.What switch
                {
                    Doing.Deny => AccessRequestStatus.Denied,
                    Doing.Cancel => AccessRequestStatus.Cancelled,
                    Doing.Relinquish => AccessRequestStatus.Relinquished,
                    _ => AccessRequestStatus.Revoked,
                };
                break;
            case Doing.Deploy:
                model.Deploy(step.Policy!.Build());
                break;
            case Doing.Pass or Doing.Jump:
                model.SetClock(model.Clock + step.Time);
                break;
        }
    }

    /// <summary>The model after a step, as far as can be said beforehand.</summary>
    public static void Imagine(GrantModel model, Step step)
    {
        if (step.Death != Death.Before && WhatSpeaksAgainst(model, step).Count == 0)
        {
            Do(model, step);
        }
    }
}
