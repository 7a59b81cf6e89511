namespace ImmutableAudit.Privilege;

/// <summary>Why something is denied. Immutable.</summary>
/// <param name="Code">One of <see cref="DenialCode"/>: the same for the same cause, for ever.</param>
/// <param name="Text">The same for people.</param>
public sealed record DenialReason(string Code, string Text)
{
    /// <summary>Code and text, as they go on record.</summary>
    public override string ToString() => $"{Code}: {Text}";
}

/// <summary>The codes of <see cref="DenialReason"/>. More may come; none changes its meaning.</summary>
public static class DenialCode
{
    /// <summary>Nobody calls: the call is outside of any scope, or outlived its own.</summary>
    public const string NoSubject = "no-subject";

    /// <summary>The policy in force knows no such permission.</summary>
    public const string UnknownPermission = "unknown-permission";

    /// <summary>No role holds it, and no grant is for it.</summary>
    public const string NotGranted = "not-granted";

    /// <summary>The permission is elevated, and there is no live grant.</summary>
    public const string Elevated = "elevated";

    /// <summary>It is held on another resource only.</summary>
    public const string OtherResource = "other-resource";

    /// <summary>The grant for it has not begun.</summary>
    public const string GrantNotStarted = "grant-not-started";

    /// <summary>The grant for it has ended.</summary>
    public const string GrantEnded = "grant-ended";

    /// <summary>The roles that hold it may not be held together with others that the same person has.</summary>
    public const string ConflictingDuties = "conflicting-duties";

    /// <summary>The resource cannot be decided about: its id is too long, or could not be had.</summary>
    public const string MalformedResource = "malformed-resource";

    /// <summary>It would be allowed by a grant, but the clock is behind the log's newest entry by more than it may (PRIVILEGE.md P3).</summary>
    public const string ClockBehind = "clock-behind";

    /// <summary>Deciding failed; what cannot be decided is denied (PRIVILEGE.md P2).</summary>
    public const string DecisionFailed = "decision-failed";
}
