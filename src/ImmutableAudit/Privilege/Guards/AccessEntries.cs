using ImmutableAudit.Events;
using ImmutableAudit.Log;

namespace ImmutableAudit.Privilege;

/// <summary>The entries that guards write. Their members are described in <c>Privilege/README.md</c>.</summary>
internal static class AccessEntries
{
    public const string Allowed = AccessTypes.Allowed;
    public const string Denied = AccessTypes.Denied;
    public const string Outcome = AccessTypes.Outcome;
    public const string Summary = AccessTypes.Summary;

    /// <summary>The decision, before the act.</summary>
    public static AuditEvent OfDecision(
        string session,
        GuardedPermission permission,
        AuditSubject actor,
        CallResource resource,
        AuditDetails? details,
        AccessDecision decision,
        AccessBasis basis) => new()
        {
            Type = decision.Allowed ? Allowed : Denied,
            Session = session,
            Actor = actor,
            Action = permission.Member,
            Resource = resource.Resource,
            Outcome = decision.Allowed ? AuditOutcome.Allowed : AuditOutcome.Denied,
            Reason = decision.Allowed ? null : string.Join(" ", decision.Reasons),
            Trace = CurrentTrace.Id,
            Grant = decision.Grants.Count > 0 ? decision.Grants[0].Index : null,
            Details = details,
            Privilege = new PrivilegeMembers
            {
                Permission = permission.Name,
                Roles = decision.Roles,
                Policy = basis.PolicyIndex,
                Basis = basis.Head,
            },
        };

    /// <summary>Something about a request or grant that was refused.</summary>
    public static AuditEvent OfRefusal(
        string session, RequestOperation operation, AuditSubject actor, IReadOnlyList<AuditRole> roles, AuditResource? grant, GrantRefusal refusal, AccessBasis basis) => new()
        {
            Type = Denied,
            Session = session,
            Actor = actor,
            Action = operation.Member,
            Resource = grant,
            Outcome = AuditOutcome.Denied,
            Reason = refusal.ToString(),
            Trace = CurrentTrace.Id,
            Privilege = new PrivilegeMembers
            {
                Permission = operation.Permission,
                Roles = roles,
                Policy = basis.PolicyIndex,
                Basis = basis.Head,
            },
        };

    /// <summary>How an act ended.</summary>
    public static AuditEvent OfOutcome(AuditEvent decision, AuditReceipt receipt, string outcome, string? reason) => new()
    {
        Type = Outcome,
        Session = decision.Session,
        Actor = decision.Actor,
        Action = decision.Action,
        Outcome = outcome,
        Reason = reason,
        Trace = decision.Trace,
        Ref = new AuditReference(receipt.Index, receipt.LeafHash),
        Grant = decision.Grant,
    };

    /// <summary>Use that was counted instead of recorded one by one (PRIVILEGE.md P5).</summary>
    public static AuditEvent OfUse(string session, AuditSubject subject, string permission, long count) =>
        OfCount(session, subject, permission, AuditOutcome.Allowed, null, null, count);

    /// <summary>Denials that came too often to be recorded one by one (PRIVILEGE.md P7).</summary>
    public static AuditEvent OfFlood(string session, Denial denial, long count) =>
        OfCount(session, denial.Subject, denial.Permission, AuditOutcome.Denied, denial.Resource, denial.Code, count);

    private static AuditEvent OfCount(
        string session, AuditSubject subject, string permission, string outcome, AuditResource? resource, string? reason, long count) => new()
        {
            Type = Summary,
            Session = session,
            Actor = subject,
            Action = Summary,
            Resource = resource,
            Outcome = outcome,
            Reason = reason,
            Details = AuditDetails.Parse($"{{\"count\":{count}}}"),
            Privilege = new PrivilegeMembers { Permission = permission },
        };
}
