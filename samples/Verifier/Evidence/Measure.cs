namespace ImmutableAudit.Verifier.Evidence;

/// <summary>What is counted in a log as evidence.</summary>
internal enum Measure
{
    /// <summary>All entries.</summary>
    Entries,

    /// <summary>The application's own events.</summary>
    ApplicationEvents,

    /// <summary>Entries about an act on another's behalf.</summary>
    Delegated,

    /// <summary>Decisions that allowed.</summary>
    Allowed,

    /// <summary>Those of them that relied on a grant.</summary>
    UnderGrant,

    /// <summary>Decisions that denied.</summary>
    Denied,

    /// <summary>Those of them for duties that may not be held together.</summary>
    ConflictingDuties,

    /// <summary>How acts ended.</summary>
    Outcomes,

    /// <summary>Counts of use and of denials.</summary>
    Summaries,

    /// <summary>Decisions about reading this log through its host.</summary>
    LogReads,

    /// <summary>Decisions by roles that others than the policy assert.</summary>
    AssertedRoles,

    /// <summary>Policies deployed.</summary>
    Policies,

    /// <summary>Policies refused.</summary>
    PoliciesRejected,

    /// <summary>Requests for access.</summary>
    Requests,

    /// <summary>Votes in favour.</summary>
    Approvals,

    /// <summary>Those of them that the approver signed.</summary>
    SignedApprovals,

    /// <summary>Votes against.</summary>
    Refusals,

    /// <summary>Grants activated.</summary>
    Activations,

    /// <summary>Grants that ended by time.</summary>
    Expiries,

    /// <summary>Grants ended before their time.</summary>
    Revocations,

    /// <summary>Break-glass.</summary>
    BreakGlasses,

    /// <summary>Break-glass reviewed.</summary>
    Reviews,

    /// <summary>Break-glass not reviewed by the end of the log.</summary>
    Unreviewed,

    /// <summary>Runs of hosts that began.</summary>
    RunsOpened,

    /// <summary>Runs of hosts that ended in order.</summary>
    RunsClosed,

    /// <summary>Recoveries after a crash.</summary>
    Recoveries,

    /// <summary>Clocks accepted by somebody.</summary>
    Clocks,

    /// <summary>Changes of the signing keys.</summary>
    KeyChanges,
}
