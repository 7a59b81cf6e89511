namespace ImmutableAudit;

/// <summary>The usual values of <see cref="AuditEvent.Outcome"/>; others are allowed.</summary>
public static class AuditOutcome
{
    /// <summary>It was done: <c>success</c>.</summary>
    public const string Success = "success";

    /// <summary>It was tried and went wrong: <c>failure</c>.</summary>
    public const string Failure = "failure";

    /// <summary>It may be done, and whether it was is told apart: <c>allowed</c>.</summary>
    public const string Allowed = "allowed";

    /// <summary>It was not allowed: <c>denied</c>.</summary>
    public const string Denied = "denied";
}
