using System.Collections.Immutable;

namespace ImmutableAudit.Privilege;

/// <summary>
/// What may be done about requests and grants, and what follows (PRIVILEGE.md P17, P19 to P26): a pure function. The host asks it
/// before it appends an entry, and folds by it; a verifier comes to the same answer.
/// </summary>
internal static class GrantRules
{
    /// <summary>Judges one act.</summary>
    /// <param name="act">What is done.</param>
    /// <param name="moment">Where and when.</param>
    /// <param name="entry">The entry that says so; of a request its index becomes the grant's id.</param>
    public static GrantVerdict Judge(GrantAct act, GrantMoment moment, AuditReference entry) => act switch
    {
        RequestAct request => RequestRules.Judge(request, moment, entry),
        BreakGlassAct taken => RequestRules.Judge(taken, moment, entry),
        FollowUpAct followUp => Judge(followUp, moment, entry),
        _ => throw new ArgumentOutOfRangeException(nameof(act)),
    };

    /// <summary>Ends what a new policy does not permit any more (PRIVILEGE.md P17).</summary>
    /// <param name="book">Requests and grants.</param>
    /// <param name="application">Whose policy it is.</param>
    /// <param name="policy">The new policy.</param>
    /// <param name="index">Its entry.</param>
    /// <param name="time">Its time: what was over then, it has not ended.</param>
    public static GrantBook Succeed(GrantBook book, string application, CompiledPolicy policy, long index, DateTimeOffset time)
    {
        foreach (var record in book.All.Where(record => record.Application == application && record.Holds(time)))
        {
            if (!IsPermitted(record, policy))
            {
                book = book.With(record with { EndedBy = index });
            }
        }

        return book;
    }

    private static GrantVerdict Judge(FollowUpAct act, GrantMoment moment, AuditReference entry)
    {
        if (moment.Book.Find(act.Request.Index) is not { } record || record.Application != moment.Application)
        {
            return new GrantRefusal(RefusalCode.UnknownRequest, $"There is no open request or live grant {act.Request.Index}.");
        }

        if (act.Request != record.Reference)
        {
            return new GrantRefusal(RefusalCode.Malformed, $"The request {record.Index} is named by another content than it has.");
        }

        return RequestRules.CheckReason(act.Reason) is { } refusal ? refusal : act switch
        {
            VoteAct vote => Judge(vote, record, moment, entry.Index),
            CancelAct cancel => Judge(cancel, record, moment),
            ActivateAct activate => Judge(activate, record, moment),
            RelinquishAct relinquish => Judge(relinquish, record, moment),
            RevokeAct revoke => Judge(revoke, record, moment),
            TellAct tell => Judge(tell, record, moment),
            ReviewAct review => Judge(review, record, moment),
            _ => throw new ArgumentOutOfRangeException(nameof(act)),
        };
    }

    private static GrantVerdict Judge(VoteAct act, GrantRecord record, GrantMoment moment, long index)
    {
        if (record.Stage is not GrantStage.Pending && (act.Approves || record.Stage is not GrantStage.Approved))
        {
            return new GrantRefusal(RefusalCode.NotPending, $"The request {record.Index} does not wait for votes: it is {Stage(record, moment)}.");
        }

        if (!record.Holds(moment.Time))
        {
            return Lapsed(record);
        }

        var known = moment.KnownAs(act.Actor);
        if (Humans.Meet(known, record.Humans))
        {
            return new GrantRefusal(RefusalCode.SelfApproval,
                $"{act.Actor} asked for {record.Index}, or acts for who did, or the reverse. Somebody else has to decide.");
        }

        if (record.Votes.Any(vote => Humans.Meet(vote.Humans, known)))
        {
            return new GrantRefusal(RefusalCode.AlreadyVoted, $"The person behind {act.Actor} has voted on {record.Index} before.");
        }

        var rules = moment.RulesOf(record.Matter.Permissions).ToList();
        var roles = ApprovingRoles(act.Actor, rules, moment.Policy);
        if (roles.IsEmpty)
        {
            return new GrantRefusal(RefusalCode.NoRight, $"No role of {act.Actor} may decide about {Describe(record.Matter)}.");
        }

        if (rules.Find(rule => rule.SeparateApprovers && moment.Book.AskedForBy(known).Any(own => Concerns(own, rule, moment))) is { } separate)
        {
            return new GrantRefusal(RefusalCode.SeparateApprovers,
                $"The person behind {act.Actor} has a request or a grant for '{separate.Permission}', so may not decide about another's.");
        }

        if (act.Proof is { } proof && !proof.IsBy(moment.Policy.Policy.VoteKeysOf(act.Actor.Identity), record.Reference.Leaf, act.Approves))
        {
            return new GrantRefusal(RefusalCode.SignatureInvalid,
                $"The signature is none under a vote on {record.Index} by a key that the policy has for {act.Actor}.");
        }

        if (!act.Approves)
        {
            return End(record, moment);
        }

        if (act.Proof is null && rules.Exists(rule => rule.SignedVotes))
        {
            return new GrantRefusal(RefusalCode.SignatureRequired, $"A vote in favour of {record.Index} takes the approver's own signature.");
        }

        var voted = record with { Votes = record.Votes.Add(new GrantVote(index, moment.HumansOf(act.Actor), roles, act.Proof is not null)) };
        if (rules.TrueForAll(rule => HasQuorum(voted, rule, moment.Policy.Policy)))
        {
            voted = voted with { Stage = GrantStage.Approved, Until = moment.Time + rules.Min(rule => rule.ActivateWithin) };
        }

        return GrantVerdict.Permit(moment.Book.With(voted), moment.Time, record.Until);
    }

    private static GrantVerdict Judge(CancelAct act, GrantRecord record, GrantMoment moment) =>
        NotYours(act, record) is { } refusal ? refusal
        : record.Stage is not (GrantStage.Pending or GrantStage.Approved)
            ? new GrantRefusal(RefusalCode.NotPending, $"{record.Index} is {Stage(record, moment)}. Relinquish a grant that you need no more.")
        : record.Holds(moment.Time) ? End(record, moment) : Lapsed(record);

    private static GrantVerdict Judge(ActivateAct act, GrantRecord record, GrantMoment moment)
    {
        if (NotYours(act, record) is { } refusal)
        {
            return refusal;
        }

        if (record.Stage != GrantStage.Approved)
        {
            return new GrantRefusal(RefusalCode.NotApproved, $"The request {record.Index} is {Stage(record, moment)}, not approved.");
        }

        if (!record.Holds(moment.Time))
        {
            return Lapsed(record);
        }

        var permissions = record.Matter.Permissions;
        var rules = moment.RulesOf(permissions).ToList();
        if (rules.Find(rule => !IsEligible(act.Actor, rule.RequestableBy, moment.Policy)) is { } closed)
        {
            return new GrantRefusal(RefusalCode.NotEligible, $"No role of {act.Actor} may have '{closed.Permission}' any more.");
        }

        if (RequestRules.CheckSeparation(moment.KnownAs(act.Actor), rules, moment, record.Index) is { } separate)
        {
            return separate;
        }

        if (act.Start > moment.Time)
        {
            // Nothing is reckoned from a moment that may be at the end of all times.
            return RequestRules.WrongTimes;
        }

        if (moment.EndOf(permissions, record.Seconds, act.Start) is not { } end)
        {
            return new GrantRefusal(RefusalCode.OutsideHours, $"{Describe(record.Matter)} may not be active at {act.Start:u}.");
        }

        return (act.End != end ? RequestRules.WrongTimes : RequestRules.CheckStart(act.Start, act.End, moment.Time)) is { } wrong ? wrong
            : GrantVerdict.Permit(
                moment.Book.With(record with { Stage = GrantStage.Active, Start = act.Start, Until = act.End }),
                act.Start, Earliest(record.Until, act.End, act.Start + GrantMoment.MaxStartLag));
    }

    private static GrantVerdict Judge(RelinquishAct act, GrantRecord record, GrantMoment moment) =>
        (NotYours(act, record) ?? NotActive(record, moment)) is { } refusal ? refusal : End(record, moment);

    private static GrantVerdict Judge(RevokeAct act, GrantRecord record, GrantMoment moment)
    {
        var rules = moment.RulesOf(record.Matter.Permissions).ToList();
        return !rules.Exists(rule => rule.RevocableBy.Count > 0 && IsEligible(act.Actor, rule.RevocableBy, moment.Policy)) && ApprovingRoles(act.Actor, rules, moment.Policy).IsEmpty
                ? new GrantRefusal(RefusalCode.NoRight, $"No role of {act.Actor} may revoke {Describe(record.Matter)}.")
            : string.IsNullOrWhiteSpace(act.Reason)
                ? new GrantRefusal(RefusalCode.ReasonRequired, "A revocation takes a reason: the person concerned will ask.")
            : NotActive(record, moment) is { } refusal ? refusal
            : End(record, moment);
    }

    private static GrantVerdict Judge(TellAct act, GrantRecord record, GrantMoment moment)
    {
        if (!record.IsDue(moment.Time) || act.Type != TellAct.Of(record).Type || act.IsByPolicy != record.EndedBy is not null)
        {
            return new GrantRefusal(RefusalCode.Malformed, $"{record.Index} is told to have ended, and has not in this way: it is {Stage(record, moment)}.");
        }

        return GrantVerdict.Permit(Over(record, moment.Book), moment.Time);
    }

    private static GrantVerdict Judge(ReviewAct act, GrantRecord record, GrantMoment moment)
    {
        if (!record.IsBreakGlass || record.IsReviewed)
        {
            return record.IsBreakGlass
                ? new GrantRefusal(RefusalCode.AlreadyReviewed, $"The break-glass {record.Index} is reviewed.")
                : new GrantRefusal(RefusalCode.NotBreakGlass, $"{record.Index} was asked for and approved; only break-glass is reviewed.");
        }

        if (Humans.Meet(moment.KnownAs(act.Actor), record.Humans))
        {
            return new GrantRefusal(RefusalCode.SelfApproval, $"{act.Actor} broke the glass, or acts for who did, or the reverse. Somebody else has to review it.");
        }

        // Where the policy has no rule for it any more, whoever may approve anything may review.
        var rules = moment.RulesOf(record.Matter.Permissions).ToList();
        if (ApprovingRoles(act.Actor, rules.Count > 0 ? rules : moment.Policy.Policy.Elevations, moment.Policy).IsEmpty)
        {
            return new GrantRefusal(RefusalCode.NoRight, $"No role of {act.Actor} may review {Describe(record.Matter)}.");
        }

        if (string.IsNullOrWhiteSpace(act.Reason))
        {
            return new GrantRefusal(RefusalCode.ReasonRequired, "A review says what it found.");
        }

        return GrantVerdict.Permit(record.Stage == GrantStage.Over
            ? moment.Book.Without(record)
            : moment.Book.With(record with { IsReviewed = true }), moment.Time);
    }

    /// <summary>The roles by which somebody may vote: each held, standing, by every link (PRIVILEGE.md P18, P20).</summary>
    private static ImmutableArray<string> ApprovingRoles(AccessSubject actor, IEnumerable<ElevationRule> rules, CompiledPolicy policy)
    {
        var permissions = policy.Resolve(actor);
        return [.. rules.SelectMany(rule => rule.Approvals).Select(approval => approval.Role).Distinct(StringComparer.Ordinal)
            .Where(role => policy.Role(role) is { Role.ApprovesElevation: true } && permissions.HasRole(role, standing: true))
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether somebody has the right to vote on these permissions, whoever asks for them.</summary>
    public static bool MayDecide(AccessSubject actor, IEnumerable<string> permissions, GrantMoment moment) =>
        !ApprovingRoles(actor, moment.RulesOf(permissions), moment.Policy).IsEmpty;

    /// <summary>Whether every link has one of the roles, eligible ones counted.</summary>
    public static bool IsEligible(AccessSubject actor, IReadOnlyList<string> roles, CompiledPolicy policy) =>
        policy.Resolve(actor).HasOneOf(roles, standing: false);

    /// <summary>Whether a request or grant is for the rule's permission, and not over.</summary>
    public static bool Concerns(GrantRecord record, ElevationRule rule, GrantMoment moment) =>
        record.Application == moment.Application && record.Holds(moment.Time) && record.Matter.Permissions.Contains(rule.Permission, StringComparer.Ordinal);

    public static string Describe(GrantSubjectMatter matter) =>
        $"'{string.Join("', '", matter.Permissions.Take(5))}'{(matter.Permissions.Length > 5 ? ", …" : "")}";

    /// <summary>
    /// Whether those who voted in favour are enough, by what the policy knows now of who is whose account: nobody's vote on a request of
    /// the same human counts, and several of one human count for one (PRIVILEGE.md P18, P20).
    /// </summary>
    private static bool HasQuorum(GrantRecord record, ElevationRule rule, AccessPolicy policy)
    {
        var requester = Humans.Known(record.Humans, policy);
        var voters = new List<(ImmutableArray<string> Humans, ImmutableArray<string> Roles)>();
        foreach (var vote in record.Votes.Where(vote => vote.IsSigned || !rule.SignedVotes))
        {
            // What is known of one of two finds the other as it was recorded.
            if (Humans.Meet(vote.Humans, requester))
            {
                continue;
            }

            var voter = (Humans: Humans.Known(vote.Humans, policy), vote.Roles);
            foreach (var same in voters.FindAll(other => Humans.Meet(vote.Humans, other.Humans)))
            {
                voters.Remove(same);
                voter = (voter.Humans.AddRange(same.Humans), voter.Roles.AddRange(same.Roles));
            }

            voters.Add(voter);
        }

        return Quorum.IsReached(rule.Approvals, [.. voters.Select(voter => (IReadOnlyCollection<string>)voter.Roles)]);
    }

    private static bool IsPermitted(GrantRecord record, CompiledPolicy policy)
    {
        var requester = AccessSubject.Recorded(record.Requester, record.Roles);
        foreach (var permission in record.Matter.Permissions)
        {
            if (policy.IndexOf(permission) < 0 || !policy.Policy.TryGetElevation(permission, out var rule))
            {
                return false;
            }

            var isPermitted = record.IsBreakGlass
                ? rule.BreakGlass is { } glass && record.Seconds <= glass.MaxDuration.TotalSeconds && IsEligible(requester, glass.Roles, policy)
                : record.Seconds <= rule.MaxDuration.TotalSeconds && IsEligible(requester, rule.RequestableBy, policy)
                    && (record.Stage == GrantStage.Pending || HasQuorum(record, rule, policy.Policy));
            if (!isPermitted)
            {
                return false;
            }
        }

        return true;
    }

    private static GrantVerdict End(GrantRecord record, GrantMoment moment) => GrantVerdict.Permit(Over(record, moment.Book), moment.Time, record.Until);

    private static GrantBook Over(GrantRecord record, GrantBook book) =>
        record is { IsBreakGlass: true, IsReviewed: false } ? book.With(record with { Stage = GrantStage.Over }) : book.Without(record);

    private static GrantRefusal? NotYours(FollowUpAct act, GrantRecord record) => SubjectKey.AreSame(act.Actor.Identity, record.Requester)
        ? null
        : new GrantRefusal(RefusalCode.NotYours, $"{record.Index} is not of {act.Actor}. Only who asked may do this; others deny or revoke.");

    private static GrantRefusal? NotActive(GrantRecord record, GrantMoment moment) => record.Stage == GrantStage.Active && record.Holds(moment.Time)
        ? null
        : new GrantRefusal(RefusalCode.NotActive, $"{record.Index} is {Stage(record, moment)}: there is no live grant.");

    private static GrantRefusal Lapsed(GrantRecord record) => new(RefusalCode.Lapsed, record.EndedBy is { } policy
        ? $"The policy in entry {policy} does not permit {record.Index} any more."
        : $"The time for this was over at {record.Until:u}. Make a new request.");

    private static string Stage(GrantRecord record, GrantMoment moment) =>
        record.Stage == GrantStage.Over ? "over" : record.StatusAt(moment.Time).ToString().ToLowerInvariant();

    private static DateTimeOffset Earliest(params ReadOnlySpan<DateTimeOffset> times)
    {
        var earliest = times[0];
        foreach (var time in times)
        {
            earliest = time < earliest ? time : earliest;
        }

        return earliest;
    }
}
