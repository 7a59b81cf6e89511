namespace ImmutableAudit.Privilege;

/// <summary>Where a request for elevated access stands (PRIVILEGE.md P19).</summary>
public enum AccessRequestStatus
{
    /// <summary>Waits for votes.</summary>
    Pending,

    /// <summary>Enough have approved; it must be activated within a window.</summary>
    Approved,

    /// <summary>The grant holds.</summary>
    Active,

    /// <summary>Somebody who may vote has denied it.</summary>
    Denied,

    /// <summary>Its requester has withdrawn it before it was activated.</summary>
    Cancelled,

    /// <summary>It was not decided, or not activated, in time; or a new policy does not permit it any more.</summary>
    Lapsed,

    /// <summary>The grant's time is over.</summary>
    Expired,

    /// <summary>The grant was taken back.</summary>
    Revoked,

    /// <summary>The grant was given back by who had it.</summary>
    Relinquished,
}
