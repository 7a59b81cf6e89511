namespace ImmutableAudit.Log;

/// <summary>What became of a request.</summary>
/// <param name="Holds">Whether its condition held, and so its entries are in the log.</param>
/// <param name="Receipt">The receipt of its only entry.</param>
/// <param name="Receipts">The receipts of several entries; <see langword="null"/> for one.</param>
/// <param name="Head">The head that it found.</param>
internal readonly record struct AppendResult(bool Holds, AuditReceipt Receipt, AuditReceipt[]? Receipts, LogHead Head);
