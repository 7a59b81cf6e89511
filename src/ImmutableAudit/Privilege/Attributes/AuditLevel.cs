namespace ImmutableAudit.Privilege;

/// <summary>What of a permission's use goes on record (PRIVILEGE.md P5). Denials always do.</summary>
public enum AuditLevel
{
    /// <summary>The decision, durable before the act, and the act's outcome after it.</summary>
    DecisionAndOutcome,

    /// <summary>The decision, durable before the act.</summary>
    Decision,

    /// <summary>
    /// Denials only; use is counted per subject, and recorded as <c>access.summary</c> at intervals. For what is read often and
    /// harms nobody. Not for elevated permissions.
    /// </summary>
    DenialsOnly,
}
