namespace ImmutableAudit;

/// <summary>How a conditional append ended (LOG.md L8).</summary>
/// <param name="Appended">Whether the condition held and the entry is durable.</param>
/// <param name="Receipt">The receipt; the default value where nothing was appended.</param>
/// <param name="Head">The head on which the condition was evaluated: what to look at before trying again.</param>
public readonly record struct ConditionalAppend(bool Appended, AuditReceipt Receipt, LogHead Head);
