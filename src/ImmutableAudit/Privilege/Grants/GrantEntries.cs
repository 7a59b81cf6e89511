using ImmutableAudit.Events;

namespace ImmutableAudit.Privilege;

/// <summary>Entries about requests and grants, written and read. Their members are described in <c>Privilege/README.md</c>.</summary>
internal static class GrantEntries
{
    private const string ByTime = "time";
    private const string ByPolicy = "policy";

    /// <summary>The entry that says what is done.</summary>
    /// <param name="act">What is done.</param>
    /// <param name="roles">The actor's roles, of every link.</param>
    /// <param name="policy">Index of the policy by which it was judged.</param>
    /// <param name="basis">The newest entry that decisions are based on.</param>
    /// <param name="session">The run.</param>
    /// <param name="trace">The caller's trace.</param>
    public static AuditEvent Of(GrantAct act, IReadOnlyList<AuditRole> roles, long policy, long basis, string session, string? trace)
    {
        var followUp = act as FollowUpAct;
        return new AuditEvent
        {
            Type = act.Type,
            Session = session,
            Actor = act.Actor.Identity,
            Action = act.Type,
            Resource = act switch { RequestAct request => request.Matter.Resource, BreakGlassAct taken => taken.Matter.Resource, _ => null },
            Reason = act.Reason,
            Trace = trace,
            Ref = followUp?.Request,
            Grant = followUp?.Request.Index,
            Details = DetailsOf(act),
            Privilege = new PrivilegeMembers { Roles = roles, Policy = policy, Basis = basis },
        };
    }

    /// <summary>What an entry says that is done.</summary>
    /// <exception cref="PrivilegeStateException">It says it in a way that this version does not know.</exception>
    public static GrantAct Read(AuditEntry entry)
    {
        var actor = Actor(entry);
        var reason = entry.Event.Reason;
        switch (entry.Type)
        {
            case GrantTypes.Requested:
                var asked = EntryDetails.Read<RequestedDetails>(entry, GrantDetailsContext.Default.RequestedDetails);
                return new RequestAct(actor, reason, Matter(entry, asked.Permissions, asked.Ticket), asked.Seconds, asked.Key);
            case GrantTypes.BreakGlass:
                var taken = EntryDetails.Read<BreakGlassDetails>(entry, GrantDetailsContext.Default.BreakGlassDetails);
                return new BreakGlassAct(actor, reason, Matter(entry, taken.Permissions, taken.Ticket), Time(entry, taken.Start), Time(entry, taken.End));
            case GrantTypes.Approved or GrantTypes.Denied:
                var proof = EntryDetails.Read<VoteDetails>(entry, GrantDetailsContext.Default.VoteDetails).Proof;
                return new VoteAct(actor, reason, Request(entry), entry.Type == GrantTypes.Approved, proof is null ? null : Proof(entry, proof));
            case GrantTypes.Cancelled:
                return new CancelAct(actor, reason, Request(entry));
            case GrantTypes.Activated:
                var times = EntryDetails.Read<ActivatedDetails>(entry, GrantDetailsContext.Default.ActivatedDetails);
                return new ActivateAct(actor, Request(entry), Time(entry, times.Start), Time(entry, times.End));
            case GrantTypes.Relinquished:
                return new RelinquishAct(actor, reason, Request(entry));
            case GrantTypes.Revoked when entry.Event.Details is null:
                return new RevokeAct(actor, reason, Request(entry));
            case GrantTypes.Expired:
                return new TellAct(entry.Type, Request(entry), IsByPolicy: false);
            case GrantTypes.Lapsed or GrantTypes.Revoked:
                return new TellAct(entry.Type, Request(entry), EntryDetails.Read<EndDetails>(entry, GrantDetailsContext.Default.EndDetails).Cause switch
                {
                    ByTime when entry.Type == GrantTypes.Lapsed => false,
                    ByPolicy => true,
                    _ => throw EntryDetails.Unknown(entry),
                });
            case GrantTypes.Reviewed:
                return new ReviewAct(actor, reason, Request(entry), EntryDetails.Read<ReviewedDetails>(entry, GrantDetailsContext.Default.ReviewedDetails).Justified);
            default:
                throw EntryDetails.Unknown(entry);
        }
    }

    private static AuditDetails? DetailsOf(GrantAct act) => act switch
    {
        RequestAct request => AuditDetails.From(
            new RequestedDetails([.. request.Matter.Permissions], request.Seconds, request.Matter.Ticket, request.Key), GrantDetailsContext.Default.RequestedDetails),
        BreakGlassAct taken => AuditDetails.From(
            new BreakGlassDetails([.. taken.Matter.Permissions], taken.Start.UtcDateTime, taken.End.UtcDateTime, taken.Matter.Ticket),
            GrantDetailsContext.Default.BreakGlassDetails),
        VoteAct vote => AuditDetails.From(
            new VoteDetails(vote.Proof is { } proof ? new ProofDetails(proof.KeyId, proof.Signature.ToArray()) : null), GrantDetailsContext.Default.VoteDetails),
        ActivateAct activate => AuditDetails.From(
            new ActivatedDetails(activate.Start.UtcDateTime, activate.End.UtcDateTime), GrantDetailsContext.Default.ActivatedDetails),
        TellAct { Type: not GrantTypes.Expired } tell => AuditDetails.From(
            new EndDetails(tell.IsByPolicy ? ByPolicy : ByTime), GrantDetailsContext.Default.EndDetails),
        ReviewAct review => AuditDetails.From(new ReviewedDetails(review.Justified), GrantDetailsContext.Default.ReviewedDetails),
        _ => null,
    };

    private static AccessSubject Actor(AuditEntry entry)
    {
        try
        {
            return AccessSubject.Recorded(entry.Event.Actor, entry.Roles);
        }
        catch (ArgumentException e)
        {
            throw EntryDetails.Unknown(entry, e);
        }
    }

    private static GrantSubjectMatter Matter(AuditEntry entry, string[] permissions, string? ticket)
    {
        for (var i = 1; i < permissions.Length; i++)
        {
            if (string.CompareOrdinal(permissions[i - 1], permissions[i]) >= 0)
            {
                throw EntryDetails.Unknown(entry);
            }
        }

        return new GrantSubjectMatter([.. permissions], entry.Event.Resource, ticket);
    }

    private static AuditReference Request(AuditEntry entry) =>
        entry.Event.Ref is { } request && request.Index == entry.Event.Grant ? request : throw EntryDetails.Unknown(entry);

    private static DateTimeOffset Time(AuditEntry entry, DateTime time) =>
        time.Kind == DateTimeKind.Utc ? new DateTimeOffset(time) : throw EntryDetails.Unknown(entry);

    private static VoteProof Proof(AuditEntry entry, ProofDetails proof)
    {
        try
        {
            return new VoteProof(proof.Key, proof.Signature);
        }
        catch (ArgumentException e)
        {
            throw EntryDetails.Unknown(entry, e);
        }
    }
}
