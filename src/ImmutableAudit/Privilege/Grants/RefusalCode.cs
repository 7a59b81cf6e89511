namespace ImmutableAudit.Privilege;

/// <summary>Why something about a request for access was refused. More may come; none changes its meaning.</summary>
public static class RefusalCode
{
    /// <summary>There is no such request, or it is another application's.</summary>
    public const string UnknownRequest = "unknown-request";

    /// <summary>The request or grant has come to its end before.</summary>
    public const string AlreadyOver = "already-over";

    /// <summary>Only who made the request may do this.</summary>
    public const string NotYours = "not-yours";

    /// <summary>The request does not wait for votes any more.</summary>
    public const string NotPending = "not-pending";

    /// <summary>The request is not approved.</summary>
    public const string NotApproved = "not-approved";

    /// <summary>The grant does not hold.</summary>
    public const string NotActive = "not-active";

    /// <summary>Its time has run out, or a new policy does not permit it any more.</summary>
    public const string Lapsed = "lapsed";

    /// <summary>The requester, or anybody in either's chain, may not decide about it (PRIVILEGE.md P20).</summary>
    public const string SelfApproval = "self-approval";

    /// <summary>This person has voted before (PRIVILEGE.md P20).</summary>
    public const string AlreadyVoted = "already-voted";

    /// <summary>No role of the subject, or of one whom it acts for, gives the right.</summary>
    public const string NoRight = "no-right";

    /// <summary>No role of the subject, or of one whom it acts for, may ask for it.</summary>
    public const string NotEligible = "not-eligible";

    /// <summary>The policy does not say how this permission can be asked for, or broken into.</summary>
    public const string NoRule = "no-rule";

    /// <summary>There is no such permission.</summary>
    public const string UnknownPermission = "unknown-permission";

    /// <summary>The time asked for is not positive whole seconds, or is longer than the policy allows.</summary>
    public const string Duration = "duration";

    /// <summary>A reason is required.</summary>
    public const string ReasonRequired = "reason-required";

    /// <summary>A ticket is required.</summary>
    public const string TicketRequired = "ticket-required";

    /// <summary>A text is longer than it may be, too many permissions are named, or something has no valid form.</summary>
    public const string Malformed = "malformed";

    /// <summary>The permission may not be active at this hour.</summary>
    public const string OutsideHours = "outside-hours";

    /// <summary>The subject has it already, by its roles or by an open request.</summary>
    public const string AlreadyHeld = "already-held";

    /// <summary>The same key names an open request with another content (PRIVILEGE.md P26).</summary>
    public const string KeyReused = "key-reused";

    /// <summary>The requester has too many open requests.</summary>
    public const string TooMany = "too-many";

    /// <summary>An earlier break-glass of the same person waits for its review (PRIVILEGE.md P24).</summary>
    public const string Unreviewed = "unreviewed";

    /// <summary>Only break-glass is reviewed.</summary>
    public const string NotBreakGlass = "not-break-glass";

    /// <summary>The review is done.</summary>
    public const string AlreadyReviewed = "already-reviewed";

    /// <summary>The policy demands a signature with this vote (PRIVILEGE.md P25).</summary>
    public const string SignatureRequired = "signature-required";

    /// <summary>The vote's signature is not one of this request by a key that the policy has for this subject.</summary>
    public const string SignatureInvalid = "signature-invalid";

    /// <summary>Who approves others' grants for this permission may not have one at the same time, and the reverse (PRIVILEGE.md P23).</summary>
    public const string SeparateApprovers = "separate-approvers";
}
