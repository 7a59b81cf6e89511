namespace ImmutableAudit.Privilege;

/// <summary>The types of entries about requests and grants (PRIVILEGE.md P19).</summary>
internal static class GrantTypes
{
    public const string Prefix = "grant.";
    public const string Requested = "grant.requested";
    public const string Approved = "grant.approved";
    public const string Denied = "grant.denied";
    public const string Cancelled = "grant.cancelled";
    public const string Activated = "grant.activated";
    public const string Relinquished = "grant.relinquished";
    public const string Revoked = "grant.revoked";
    public const string Expired = "grant.expired";
    public const string Lapsed = "grant.lapsed";
    public const string BreakGlass = "grant.breakglass";
    public const string Reviewed = "grant.reviewed";
}
