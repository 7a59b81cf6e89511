using System.Collections.Immutable;

namespace ImmutableAudit.Privilege;

/// <summary>What may be asked for, and what may be taken in an emergency (PRIVILEGE.md P19, P23, P24, P26).</summary>
internal static class RequestRules
{
    public const int MaxPermissions = 32;
    public const int MaxReasonLength = 2000;
    public const int MaxTicketLength = 200;
    public const int MaxKeyLength = 200;

    /// <summary>Most requests of one subject, on behalf of the same, that are not over.</summary>
    public const int MaxOpen = 100;

    /// <summary>An entry says another start or end than follows from the request.</summary>
    public static GrantRefusal WrongTimes { get; } =
        new(RefusalCode.Malformed, "The grant's start or end is not what its request, the hours of its rules, and the entry's time lead to.");

    public static GrantVerdict Judge(RequestAct act, GrantMoment moment, AuditReference entry)
    {
        if ((CheckForm(act.Matter, act.Reason, act.Key) ?? CheckRules(act.Matter, act.Reason, moment)) is { } malformed)
        {
            return malformed;
        }

        var rules = moment.RulesOf(act.Matter.Permissions).ToList();
        if (CheckSeconds(act.Seconds, rules.Min(rule => rule.MaxDuration)) is { } tooLong)
        {
            return tooLong;
        }

        if (rules.Find(rule => !GrantRules.IsEligible(act.Actor, rule.RequestableBy, moment.Policy)) is { } closed)
        {
            return NotEligible(act.Actor, closed);
        }

        var permissions = moment.Policy.Resolve(act.Actor);
        if (act.Matter.Permissions.All(permission => permissions.Holds(moment.Policy.IndexOf(permission), act.Matter.Resource?.Type, act.Matter.Resource?.Id)))
        {
            return new GrantRefusal(RefusalCode.AlreadyHeld, $"The roles of {act.Actor} hold {GrantRules.Describe(act.Matter)} already.");
        }

        var humans = moment.HumansOf(act.Actor);
        return (CheckOpen(act, moment) ?? CheckSeparation(moment.KnownAs(act.Actor), rules, moment, null)) is { } refusal ? refusal
            : GrantVerdict.Permit(moment.Book.With(new GrantRecord
            {
                Reference = entry,
                Application = moment.Application,
                Requester = act.Actor.Identity,
                Roles = permissions.Roles,
                Humans = humans,
                Matter = act.Matter,
                Seconds = act.Seconds,
                Key = act.Key is { } key ? (key, act.Digest()) : null,
                Stage = GrantStage.Pending,
                Until = moment.Time + rules.Min(rule => rule.PendingFor),
            }), moment.Time);
    }

    public static GrantVerdict Judge(BreakGlassAct act, GrantMoment moment, AuditReference entry)
    {
        if ((CheckForm(act.Matter, act.Reason, null) ?? CheckRules(act.Matter, act.Reason, moment)) is { } malformed)
        {
            return malformed;
        }

        var rules = moment.RulesOf(act.Matter.Permissions).ToList();
        if (rules.Find(rule => rule.BreakGlass is null) is { } unbreakable)
        {
            return new GrantRefusal(RefusalCode.NoRule, $"The policy does not provide for breaking the glass for '{unbreakable.Permission}'. Ask for it.");
        }

        if (rules.Find(rule => !GrantRules.IsEligible(act.Actor, rule.BreakGlass!.Roles, moment.Policy)) is { } closed)
        {
            return NotEligible(act.Actor, closed);
        }

        if (string.IsNullOrWhiteSpace(act.Reason))
        {
            return new GrantRefusal(RefusalCode.ReasonRequired, "Who breaks the glass says why.");
        }

        var humans = moment.HumansOf(act.Actor);
        if (moment.Book.AskedForBy(moment.KnownAs(act.Actor)).FirstOrDefault(record => record is { IsBreakGlass: true, IsReviewed: false } && record.Application == moment.Application) is { } unreviewed)
        {
            return new GrantRefusal(RefusalCode.Unreviewed, $"The break-glass {unreviewed.Index} of the same person waits for its review. Have it reviewed by somebody else first.");
        }

        var duration = act.End - act.Start;
        var seconds = duration.Ticks % TimeSpan.TicksPerSecond == 0 ? duration.Ticks / TimeSpan.TicksPerSecond : 0;
        return (CheckSeconds(seconds, rules.Min(rule => rule.BreakGlass!.MaxDuration)) ?? CheckStart(act.Start, act.End, moment.Time)) is { } refusal ? refusal
            : GrantVerdict.Permit(
                moment.Book.With(new GrantRecord
                {
                    Reference = entry,
                    Application = moment.Application,
                    Requester = act.Actor.Identity,
                    Roles = moment.Policy.Resolve(act.Actor).Roles,
                    Humans = humans,
                    Matter = act.Matter,
                    Seconds = seconds,
                    Stage = GrantStage.Active,
                    Start = act.Start,
                    Until = act.End,
                    IsBreakGlass = true,
                }),
                act.Start,
                act.Start + TimeSpan.FromTicks(Math.Min(GrantMoment.MaxStartLag.Ticks, duration.Ticks)));
    }

    /// <summary>Whether a start fits the time of its entry.</summary>
    public static GrantRefusal? CheckStart(DateTimeOffset start, DateTimeOffset end, DateTimeOffset time) =>
        start <= time && time < end && time - start < GrantMoment.MaxStartLag ? null : WrongTimes;

    /// <summary>Who approves others' grants may not have one of the same permission at the same time (PRIVILEGE.md P23).</summary>
    public static GrantRefusal? CheckSeparation(ImmutableArray<string> humans, List<ElevationRule> rules, GrantMoment moment, long? own) =>
        rules.Find(rule => rule.SeparateApprovers && moment.Book.ApprovedBy(humans).Any(record => record.Index != own && GrantRules.Concerns(record, rule, moment))) is { } rule
            ? new GrantRefusal(RefusalCode.SeparateApprovers, $"The same person has approved somebody else's '{rule.Permission}', and that is not over.")
            : null;

    /// <summary>A reason may be of any text, but not of any length.</summary>
    public static GrantRefusal? CheckReason(string? reason) => reason?.Length > MaxReasonLength
        ? new GrantRefusal(RefusalCode.Malformed, $"The reason has {reason.Length} characters; it may have {MaxReasonLength}.")
        : null;

    private static GrantRefusal? CheckForm(GrantSubjectMatter matter, string? reason, string? key) =>
        matter.Permissions.Length is < 1 or > MaxPermissions
            ? new GrantRefusal(RefusalCode.Malformed, $"A request names from 1 to {MaxPermissions} permissions, and this one {matter.Permissions.Length}.")
        : matter.Ticket is { } ticket && (string.IsNullOrWhiteSpace(ticket) || ticket.Length > MaxTicketLength)
            ? new GrantRefusal(RefusalCode.Malformed, $"A ticket is not blank and has at most {MaxTicketLength} characters.")
        : key is not null && (string.IsNullOrWhiteSpace(key) || key.Length > MaxKeyLength)
            ? new GrantRefusal(RefusalCode.Malformed, $"A key is not blank and has at most {MaxKeyLength} characters.")
        : matter.Resource is { } resource && (string.IsNullOrWhiteSpace(resource.Type) || resource.Type.Length > PolicyText.MaxName || resource.Id?.Length > PolicyText.MaxId)
            ? new GrantRefusal(RefusalCode.Malformed, $"A resource's type is not blank and has at most {PolicyText.MaxName} characters, and its id {PolicyText.MaxId}.")
        : CheckReason(reason);

    private static GrantRefusal? CheckRules(GrantSubjectMatter matter, string? reason, GrantMoment moment)
    {
        foreach (var permission in matter.Permissions)
        {
            if (moment.Policy.IndexOf(permission) < 0)
            {
                return new GrantRefusal(RefusalCode.UnknownPermission, $"'{Printable.Of(permission)}' is no permission of '{moment.Application}'.");
            }

            if (!moment.Policy.Policy.TryGetElevation(permission, out var rule))
            {
                return new GrantRefusal(RefusalCode.NoRule, $"The policy does not say how '{permission}' can be asked for. Give it a rule with Elevation.");
            }

            if (rule.RequiresReason && string.IsNullOrWhiteSpace(reason))
            {
                return new GrantRefusal(RefusalCode.ReasonRequired, $"Asking for '{permission}' takes a reason.");
            }

            if (rule.RequiresTicket && matter.Ticket is null)
            {
                return new GrantRefusal(RefusalCode.TicketRequired, $"Asking for '{permission}' takes a ticket.");
            }
        }

        return null;
    }

    private static GrantRefusal? CheckSeconds(long seconds, TimeSpan longest) => seconds >= 1 && seconds <= longest.TotalSeconds
        ? null
        : new GrantRefusal(RefusalCode.Duration, $"The time asked for is not from one second to {longest:c} in whole seconds, which the policy allows.");

    private static GrantRefusal? CheckOpen(RequestAct act, GrantMoment moment)
    {
        var subject = SubjectKey.Of(act.Actor.Identity);
        var open = 0;
        foreach (var own in moment.Book.AskedForBy([Humans.OfAccount(subject)]))
        {
            if (own.Subject != subject || own.Application != moment.Application || !own.Holds(moment.Time))
            {
                continue;
            }

            if (act.Key is { } key && own.Key?.Key == key)
            {
                return new GrantRefusal(RefusalCode.KeyReused, $"The key of this request is that of {own.Index}, which asks for something else or is open already. Take a new key.");
            }

            if (!SubjectKey.AreSame(own.Requester, act.Actor.Identity))
            {
                // What counts for another chain alone is neither the same nor one too many (PRIVILEGE.md P18).
                continue;
            }

            if (own.Stage != GrantStage.Active && own.Matter.Resource == act.Matter.Resource && act.Matter.Permissions.All(own.Matter.Permissions.Contains))
            {
                return new GrantRefusal(RefusalCode.AlreadyHeld, $"{act.Actor} has asked for this in {own.Index} already.");
            }

            open++;
        }

        return open < MaxOpen ? null : new GrantRefusal(RefusalCode.TooMany, $"{act.Actor} has {open} requests that are not over, and may have {MaxOpen}.");
    }

    private static GrantRefusal NotEligible(AccessSubject actor, ElevationRule rule) =>
        new(RefusalCode.NotEligible, $"No role of {actor} may ask for '{rule.Permission}'.");
}
