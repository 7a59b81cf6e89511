namespace ImmutableAudit.Privilege;

/// <summary>What a log says of access, and every rule that it breaks. Immutable.</summary>
/// <remarks>Lists hold the first of what was found, up to a number, so that no log makes a report of any size; counts hold all.</remarks>
public sealed record AccessReport
{
    /// <summary>Most violations that are listed.</summary>
    public const int MaxViolations = 1000;

    /// <summary>Most policies, sessions and sources of roles that are listed, of each.</summary>
    public const int MaxListed = 10_000;

    internal AccessReport()
    {
    }

    /// <summary>Whether no rule is broken.</summary>
    public bool Holds => ViolationCount == 0;

    /// <summary>How many entries there are.</summary>
    public long Entries { get; internal init; }

    /// <summary>How many of them are no events that can be read; each is a violation.</summary>
    public long Unreadable { get; internal init; }

    /// <summary>The first violations, in the order of the entries where they show.</summary>
    public required IReadOnlyList<AccessViolation> Violations { get; init; }

    /// <summary>How many there are.</summary>
    public required long ViolationCount { get; init; }

    /// <summary>How many of each kind.</summary>
    public required IReadOnlyDictionary<AccessViolationKind, long> ViolationsByKind { get; init; }

    /// <summary>The policies that were put into force, in the order of the log.</summary>
    public required IReadOnlyList<ReplayedPolicy> Policies { get; init; }

    /// <summary>How many there are.</summary>
    public required long PolicyCount { get; init; }

    /// <summary>The runs in which there was access, or that are on record, in the order of their beginning.</summary>
    public required IReadOnlyList<ReplayedSession> Sessions { get; init; }

    /// <summary>How many there are.</summary>
    public required long SessionCount { get; init; }

    /// <summary>Who says which roles somebody had, the policy itself first.</summary>
    public required IReadOnlyList<RoleSource> RoleSources { get; init; }

    /// <summary>Acts that were allowed, one by one.</summary>
    public long Allowed { get; internal init; }

    /// <summary>Of these, under a grant.</summary>
    public long AllowedByGrant { get; internal init; }

    /// <summary>Attempts that were denied, one by one, those that follow in this list included.</summary>
    public long Denied { get; internal init; }

    /// <summary>Denials whose cause lies outside of policy and grants, such as that there was no subject: they are not replayed.</summary>
    public long DeniedForOtherCauses { get; internal init; }

    /// <summary>Requests, votes and the like that were refused.</summary>
    public long RefusedOperations { get; internal init; }

    /// <summary>Decisions by a policy that cannot be read; the policy is the violation.</summary>
    public long NotReplayed { get; internal init; }

    /// <summary>Entries that count what was not recorded one by one (PRIVILEGE.md P5, P7); who was counted had the right on the host's word.</summary>
    public long Summaries { get; internal init; }

    /// <summary>Outcomes on record.</summary>
    public long Outcomes { get; internal init; }

    /// <summary>Outcomes that are not on record, of sessions that did not close cleanly or are open: the act may have been done or not.</summary>
    public long OutcomesUnknown { get; internal init; }

    /// <summary>Requests.</summary>
    public long Requests { get; internal init; }

    /// <summary>Grants that came to be, those of break-glass included.</summary>
    public long Grants { get; internal init; }

    /// <summary>Those of break-glass.</summary>
    public long BreakGlass { get; internal init; }

    /// <summary>Votes under the voter's own signature, which was checked.</summary>
    public long VotesSigned { get; internal init; }

    /// <summary>Votes for which the host's word stands (PRIVILEGE.md P25).</summary>
    public long VotesAsserted { get; internal init; }
}

/// <summary>A policy that was put into force. Immutable.</summary>
/// <param name="Index">Its <c>policy.deployed</c> entry.</param>
/// <param name="Time">When.</param>
/// <param name="Application">For which application.</param>
/// <param name="Version">Its version.</param>
/// <param name="Digest">Of its document: what an auditor pins.</param>
/// <param name="Session">By which run.</param>
/// <param name="Grant">The grant under which it was deployed, where there is one.</param>
public sealed record ReplayedPolicy(
    long Index, DateTimeOffset Time, string Application, long Version, string Digest, string? Session, long? Grant);

/// <summary>One run of a process. Immutable.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Opened">Where it began; <see langword="null"/> where that is not on record.</param>
/// <param name="Closed">Where it ended in order; <see langword="null"/> where it did not, or goes on.</param>
/// <param name="Allowed">Acts that were allowed.</param>
/// <param name="OutcomesUnknown">Of these, those whose outcome is owed and not on record, where it did not end in order.</param>
public sealed record ReplayedSession(string Id, long? Opened, long? Closed, long Allowed, long OutcomesUnknown);

/// <summary>Who says that somebody had roles. Immutable.</summary>
/// <param name="Source">Who asserts them; <see langword="null"/> where the policy itself assigns them, which is replayed.</param>
/// <param name="Entries">How many decisions and acts on grants name a role of this source.</param>
public sealed record RoleSource(string? Source, long Entries);
