using System.Collections.Immutable;

namespace ImmutableAudit.Privilege;

/// <summary>Who sees what of requests, and how.</summary>
internal static class RequestView
{
    /// <summary>Whether a request waits for this subject's vote, or a break-glass for its review.</summary>
    public static bool WaitsFor(AccessSubject subject, GrantRecord record, GrantMoment moment)
    {
        GrantAct act = record.IsBreakGlass
            ? new ReviewAct(subject, "-", record.Reference, Justified: true)
            : new VoteAct(subject, null, record.Reference, Approves: true, null);
        return GrantRules.Judge(act, moment, record.Reference).Refusal is null or { Code: RefusalCode.SignatureRequired };
    }

    /// <summary>Whether this subject may take a grant back.</summary>
    public static bool MayRevoke(AccessSubject subject, GrantRecord record, GrantMoment moment) =>
        GrantRules.Judge(new RevokeAct(subject, "-", record.Reference), moment, record.Reference).Refusal is null;

    /// <summary>Who asked, the person on whose behalf that was, through whatever service, and who may decide about it.</summary>
    public static bool MaySee(AccessSubject subject, GrantAct asked, GrantMoment moment)
    {
        var matter = asked switch { RequestAct request => request.Matter, BreakGlassAct taken => taken.Matter, _ => null };
        return matter is not null
            && (SubjectKey.AreSame(subject.Identity, asked.Actor.Identity)
                || Humans.Meet(PrincipalOf(subject, moment), PrincipalOf(asked.Actor, moment))
                || GrantRules.MayDecide(subject, matter.Permissions, moment));
    }

    /// <summary>Where a request that is over stands.</summary>
    public static AccessRequestStatus StatusOf(IReadOnlyList<AuditEntry> history) => history.Select(entry => entry.Type).Last(type => type != GrantTypes.Reviewed) switch
    {
        GrantTypes.Denied => AccessRequestStatus.Denied,
        GrantTypes.Cancelled => AccessRequestStatus.Cancelled,
        GrantTypes.Lapsed => AccessRequestStatus.Lapsed,
        GrantTypes.Expired => AccessRequestStatus.Expired,
        GrantTypes.Revoked => AccessRequestStatus.Revoked,
        _ => AccessRequestStatus.Relinquished,
    };

    /// <summary>A request as applications see it.</summary>
    public static AccessRequest Of(GrantRecord record, AccessRequestStatus status, string? reason) => new()
    {
        Id = record.Index,
        Leaf = record.Reference.Leaf,
        Requester = record.Requester,
        Permissions = record.Matter.Permissions,
        Resource = record.Matter.Resource,
        Duration = TimeSpan.FromSeconds(record.Seconds),
        Reason = reason,
        Ticket = record.Matter.Ticket,
        Status = status,
        Until = record.Until,
        Start = record.Stage is GrantStage.Active or GrantStage.Over ? record.Start : null,
        Approvals = [.. record.Votes.Select(vote => vote.Index)],
        IsBreakGlass = record.IsBreakGlass,
        IsReviewed = record.IsReviewed,
    };

    /// <summary>Who is behind the last link of a chain alone: those in front of it may act for many.</summary>
    private static ImmutableArray<string> PrincipalOf(AccessSubject subject, GrantMoment moment)
    {
        while (subject.OnBehalfOf is { } next)
        {
            subject = next;
        }

        return moment.HumansOf(subject);
    }
}
