namespace ImmutableAudit.Privilege;

/// <summary>What kind of rule of privileges an entry breaks. More may come; none changes its meaning.</summary>
public enum AccessViolationKind
{
    /// <summary>An elevated act without a live grant for it (PRIVILEGE.md P4).</summary>
    ElevatedWithoutGrant,

    /// <summary>An act under a grant that had expired, was revoked, given back, or ended by a policy (PRIVILEGE.md P21, P22, P17).</summary>
    ActAfterEnd,

    /// <summary>A decision that the recorded policy and grants do not yield, whether it allows or denies (PRIVILEGE.md P1).</summary>
    DecisionNotYielded,

    /// <summary>Roles on record that the policy does not yield for this subject (PRIVILEGE.md P16).</summary>
    WrongRoles,

    /// <summary>Something was decided or judged on another state than the one in front of it (PRIVILEGE.md P1).</summary>
    WrongBasis,

    /// <summary>A decision without outcome, in a session that closed cleanly (PRIVILEGE.md P6).</summary>
    DecisionWithoutOutcome,

    /// <summary>An outcome that belongs to no decision, or to one that has its outcome already (PRIVILEGE.md P6).</summary>
    OutcomeWithoutDecision,

    /// <summary>Something about access in no session, or in one that was not open (PRIVILEGE.md P6).</summary>
    OutsideSession,

    /// <summary>A grant whose request was not approved by enough persons (PRIVILEGE.md P20).</summary>
    GrantWithoutQuorum,

    /// <summary>An approval, or a review, by who asked for it, or by somebody in either's chain (PRIVILEGE.md P20).</summary>
    SelfApproval,

    /// <summary>A second vote of the same person (PRIVILEGE.md P20).</summary>
    VoteCountedTwice,

    /// <summary>A vote by somebody without the right (PRIVILEGE.md P20).</summary>
    ApproverWithoutRight,

    /// <summary>A vote without the signature that the policy demands, or with a wrong one (PRIVILEGE.md P25).</summary>
    VoteNotSigned,

    /// <summary>A vote on something that does not wait for votes, or not any more (PRIVILEGE.md P19, P21).</summary>
    InvalidVote,

    /// <summary>A request that the policy does not allow (PRIVILEGE.md P19).</summary>
    InvalidRequest,

    /// <summary>A request by somebody who may not ask for this (PRIVILEGE.md P19).</summary>
    RequesterWithoutRight,

    /// <summary>Somebody who approves others' grants and has one, where the policy separates the two (PRIVILEGE.md P23).</summary>
    SeparateApprovers,

    /// <summary>An activation after its window or outside of the hours, or with other times than follow (PRIVILEGE.md P21).</summary>
    ActivationOutOfWindow,

    /// <summary>An activation that may not be for another cause: by somebody else, or by who may not have it any more.</summary>
    InvalidActivation,

    /// <summary>A revocation by somebody without the right (PRIVILEGE.md P22).</summary>
    RevocationWithoutRight,

    /// <summary>An end that is told or brought about and is none: nothing to end, by somebody else, without the reason that it takes.</summary>
    InvalidEnd,

    /// <summary>A break-glass by somebody without the right, or where the policy provides for none (PRIVILEGE.md P24).</summary>
    BreakGlassWithoutRight,

    /// <summary>A break-glass by somebody whose last one waits for its review (PRIVILEGE.md P24).</summary>
    BreakGlassUnreviewed,

    /// <summary>A break-glass that may not be for another cause: no reason, too long.</summary>
    InvalidBreakGlass,

    /// <summary>A review of what is none of break-glass, a second one, or one by somebody without the right (PRIVILEGE.md P24).</summary>
    InvalidReview,

    /// <summary>A policy in the place of another than the one in force, or of an older version (PRIVILEGE.md P15).</summary>
    PolicyOutOfOrder,

    /// <summary>A policy without the grant that its predecessor demands (PRIVILEGE.md P15).</summary>
    PolicyWithoutGrant,

    /// <summary>A policy that is not among those that the auditor reviewed (PRIVILEGE.md P15).</summary>
    PolicyNotPinned,

    /// <summary>An entry that names another than the privilege entry before it: one was taken out, or put in (PRIVILEGE.md P27).</summary>
    BrokenChain,

    /// <summary>A state that was written down and is not what the entries before it lead to (PRIVILEGE.md P27).</summary>
    WrongState,

    /// <summary>An entry that cannot be read, contradicts itself, or says something that this version does not know.</summary>
    MalformedEntry,
}
