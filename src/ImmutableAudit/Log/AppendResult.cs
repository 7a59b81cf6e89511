namespace ImmutableAudit.Log;

/// <summary>How a request ended.</summary>
/// <param name="Receipts">One for each entry; <see langword="null"/> where the condition did not hold.</param>
/// <param name="Head">The head on which the condition was evaluated.</param>
internal readonly record struct AppendResult(AuditReceipt[]? Receipts, LogHead Head);
