using Kind = ImmutableAudit.Privilege.AccessViolationKind;

namespace ImmutableAudit.Privilege;

/// <summary>Names the kind of violation where an entry that privileges follow from breaks a rule: one table of rules and types.</summary>
internal static class RuleKinds
{
    /// <summary>Finds the kind.</summary>
    /// <param name="type">The entry's type.</param>
    /// <param name="rule">One of <see cref="BrokenRule"/> or <see cref="RefusalCode"/>; <see langword="null"/> where it is none of these.</param>
    public static Kind Of(string type, string? rule) => rule switch
    {
        null => Kind.MalformedEntry,
        BrokenRule.BrokenChain => Kind.BrokenChain,
        BrokenRule.WrongState => Kind.WrongState,
        BrokenRule.PolicyOutOfOrder => Kind.PolicyOutOfOrder,
        BrokenRule.PolicyWithoutGrant => Kind.PolicyWithoutGrant,
        BrokenRule.WrongBasis => Kind.WrongBasis,
        RefusalCode.SelfApproval => Kind.SelfApproval,
        RefusalCode.SeparateApprovers => Kind.SeparateApprovers,
        _ => type switch
        {
            GrantTypes.Requested => rule == RefusalCode.NotEligible ? Kind.RequesterWithoutRight : Kind.InvalidRequest,
            GrantTypes.Approved or GrantTypes.Denied => OfVote(rule),
            GrantTypes.Activated => OfActivation(rule),
            GrantTypes.Revoked => rule == RefusalCode.NoRight ? Kind.RevocationWithoutRight : Kind.InvalidEnd,
            GrantTypes.BreakGlass => OfBreakGlass(rule),
            GrantTypes.Reviewed => Kind.InvalidReview,
            GrantTypes.Cancelled or GrantTypes.Relinquished or GrantTypes.Expired or GrantTypes.Lapsed => Kind.InvalidEnd,
            _ => Kind.MalformedEntry,
        },
    };

    private static Kind OfVote(string rule) => rule switch
    {
        RefusalCode.AlreadyVoted => Kind.VoteCountedTwice,
        RefusalCode.NoRight => Kind.ApproverWithoutRight,
        RefusalCode.SignatureRequired or RefusalCode.SignatureInvalid => Kind.VoteNotSigned,
        _ => Kind.InvalidVote,
    };

    private static Kind OfActivation(string rule) => rule switch
    {
        // A request that there is not is one that nobody approved.
        RefusalCode.NotApproved or RefusalCode.UnknownRequest => Kind.GrantWithoutQuorum,
        RefusalCode.Lapsed or RefusalCode.OutsideHours or RefusalCode.Malformed => Kind.ActivationOutOfWindow,
        _ => Kind.InvalidActivation,
    };

    private static Kind OfBreakGlass(string rule) => rule switch
    {
        RefusalCode.NotEligible or RefusalCode.NoRule or RefusalCode.UnknownPermission => Kind.BreakGlassWithoutRight,
        RefusalCode.Unreviewed => Kind.BreakGlassUnreviewed,
        _ => Kind.InvalidBreakGlass,
    };
}
