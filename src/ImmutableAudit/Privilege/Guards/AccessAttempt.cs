namespace ImmutableAudit.Privilege;

/// <summary>How an attempt ended that throws no denial.</summary>
/// <param name="Decision">What was decided, and why.</param>
/// <param name="Access">The access to dispose when the act has ended; <see langword="null"/> where it was denied.</param>
public readonly record struct AccessAttempt(AccessDecision Decision, Access? Access)
{
    /// <summary>Whether it was allowed.</summary>
    public bool IsAllowed => Access is not null;
}
