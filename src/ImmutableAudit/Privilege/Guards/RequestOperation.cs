namespace ImmutableAudit.Privilege;

/// <summary>An operation on requests and grants, as a refusal of it goes on record.</summary>
/// <param name="Member">What is called.</param>
/// <param name="Permission">Stands in the place of the permission; no policy gives it: the elevation rules say who may.</param>
internal sealed record RequestOperation(string Member, string Permission)
{
    public static readonly RequestOperation Request = new("IAccessRequests.RequestAsync", "access.request");
    public static readonly RequestOperation Approve = new("IAccessRequests.ApproveAsync", "access.vote");
    public static readonly RequestOperation Deny = new("IAccessRequests.DenyAsync", "access.vote");
    public static readonly RequestOperation Cancel = new("IAccessRequests.CancelAsync", "access.cancel");
    public static readonly RequestOperation Activate = new("IAccessRequests.ActivateAsync", "access.activate");
    public static readonly RequestOperation Relinquish = new("IAccessRequests.RelinquishAsync", "access.relinquish");
    public static readonly RequestOperation Revoke = new("IAccessRequests.RevokeAsync", "access.revoke");
    public static readonly RequestOperation BreakGlass = new("IAccessRequests.BreakGlassAsync", "access.breakglass");
    public static readonly RequestOperation Review = new("IAccessRequests.ReviewAsync", "access.review");
    public static readonly RequestOperation ListPending = new("IAccessRequests.ListPendingAsync", "access.read");
    public static readonly RequestOperation ListGrants = new("IAccessRequests.ListGrantsAsync", "access.read");
    public static readonly RequestOperation ReadHistory = new("IAccessRequests.ReadHistoryAsync", "access.read");
    public static readonly RequestOperation Wait = new("IAccessRequests.WaitAsync", "access.read");
}
