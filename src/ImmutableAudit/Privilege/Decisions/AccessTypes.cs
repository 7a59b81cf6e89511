namespace ImmutableAudit.Privilege;

/// <summary>The types of entries about decisions (PRIVILEGE.md P1, P5 to P7).</summary>
internal static class AccessTypes
{
    public const string Allowed = "access.allowed";
    public const string Denied = "access.denied";
    public const string Outcome = "access.outcome";
    public const string Summary = "access.summary";

    /// <summary>All of them begin with it.</summary>
    public const string Prefix = "access.";

    /// <summary>
    /// What a denial that refuses something about a request or grant has for permissions begins with it: <c>access.vote</c> and others. By
    /// which rule is for the rules of requests to say, and not for a decision.
    /// </summary>
    public const string OperationsPrefix = "access.";
}
