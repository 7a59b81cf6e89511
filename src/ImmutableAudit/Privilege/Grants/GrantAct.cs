using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace ImmutableAudit.Privilege;

/// <summary>Something that is done about a request or grant: what an entry <c>grant.*</c> says, and what an application asks for. Immutable.</summary>
/// <param name="Type">The entry's type.</param>
/// <param name="Actor">Who does it, with the roles that others assert.</param>
/// <param name="Reason">Why.</param>
internal abstract record GrantAct(string Type, AccessSubject Actor, string? Reason);

/// <summary>What is asked for.</summary>
/// <param name="Permissions">The permissions, in ordinal order, each once.</param>
/// <param name="Resource">What they are limited to.</param>
/// <param name="Ticket">Where it is dealt with.</param>
internal sealed record GrantSubjectMatter(ImmutableArray<string> Permissions, AuditResource? Resource, string? Ticket);

/// <summary><c>grant.requested</c>.</summary>
/// <param name="Actor">Who asks.</param>
/// <param name="Reason">Why.</param>
/// <param name="Matter">For what.</param>
/// <param name="Seconds">For how long.</param>
/// <param name="Key">Makes the same request, sent twice, one (PRIVILEGE.md P26).</param>
internal sealed record RequestAct(AccessSubject Actor, string? Reason, GrantSubjectMatter Matter, long Seconds, string? Key)
    : GrantAct(GrantTypes.Requested, Actor, Reason)
{
    /// <summary>Equal for requests that ask for the same in the same words.</summary>
    public string Digest()
    {
        var body = new StringBuilder();
        foreach (var text in Matter.Permissions.Append(null).Append(Matter.Resource?.Type).Append(Matter.Resource?.Id).Append(Matter.Ticket).Append(Reason))
        {
            body.Append(text is null ? "-" : $"{text.Length}:{text}");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.Unicode.GetBytes($"{Seconds}:{body}")));
    }
}

/// <summary><c>grant.breakglass</c>.</summary>
/// <param name="Actor">Who takes it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Matter">What.</param>
/// <param name="Start">From when on.</param>
/// <param name="End">The first moment at which it does not hold any more.</param>
internal sealed record BreakGlassAct(AccessSubject Actor, string? Reason, GrantSubjectMatter Matter, DateTimeOffset Start, DateTimeOffset End)
    : GrantAct(GrantTypes.BreakGlass, Actor, Reason);

/// <summary>What comes after a request.</summary>
/// <param name="Type">The entry's type.</param>
/// <param name="Actor">Who does it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Request">The request, by place and content.</param>
internal abstract record FollowUpAct(string Type, AccessSubject Actor, string? Reason, AuditReference Request)
    : GrantAct(Type, Actor, Reason);

/// <summary><c>grant.approved</c>, <c>grant.denied</c>: one vote.</summary>
internal sealed record VoteAct(AccessSubject Actor, string? Reason, AuditReference Request, bool Approves, VoteProof? Proof)
    : FollowUpAct(Approves ? GrantTypes.Approved : GrantTypes.Denied, Actor, Reason, Request);

/// <summary><c>grant.cancelled</c>.</summary>
internal sealed record CancelAct(AccessSubject Actor, string? Reason, AuditReference Request)
    : FollowUpAct(GrantTypes.Cancelled, Actor, Reason, Request);

/// <summary><c>grant.activated</c>.</summary>
internal sealed record ActivateAct(AccessSubject Actor, AuditReference Request, DateTimeOffset Start, DateTimeOffset End)
    : FollowUpAct(GrantTypes.Activated, Actor, null, Request);

/// <summary><c>grant.relinquished</c>.</summary>
internal sealed record RelinquishAct(AccessSubject Actor, string? Reason, AuditReference Request)
    : FollowUpAct(GrantTypes.Relinquished, Actor, Reason, Request);

/// <summary><c>grant.revoked</c>, by somebody.</summary>
internal sealed record RevokeAct(AccessSubject Actor, string? Reason, AuditReference Request)
    : FollowUpAct(GrantTypes.Revoked, Actor, Reason, Request);

/// <summary><c>grant.reviewed</c>.</summary>
internal sealed record ReviewAct(AccessSubject Actor, string? Reason, AuditReference Request, bool Justified)
    : FollowUpAct(GrantTypes.Reviewed, Actor, Reason, Request);

/// <summary><c>grant.expired</c>, <c>grant.lapsed</c>, and <c>grant.revoked</c> by a policy: the library tells what has come to its end by itself (PRIVILEGE.md P21, P17).</summary>
/// <param name="Type">The entry's type.</param>
/// <param name="Request">The request.</param>
/// <param name="IsByPolicy">Whether a policy ended it, and not its time.</param>
internal sealed record TellAct(string Type, AuditReference Request, bool IsByPolicy)
    : FollowUpAct(Type, Library, null, Request)
{
    /// <summary>Who tells.</summary>
    public static AccessSubject Library { get; } = new(new AuditSubject { Issuer = "immutableaudit", Id = "privilege", Kind = "process" });

    /// <summary>What is to be told of a grant that has ended by itself.</summary>
    public static TellAct Of(GrantRecord grant)
    {
        var byPolicy = grant.EndedBy is not null;
        var type = grant.Stage != GrantStage.Active ? GrantTypes.Lapsed : byPolicy ? GrantTypes.Revoked : GrantTypes.Expired;
        return new TellAct(type, grant.Reference, byPolicy);
    }
}
