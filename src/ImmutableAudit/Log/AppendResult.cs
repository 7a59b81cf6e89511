namespace ImmutableAudit.Log;

/// <summary>What became of a request.</summary>
/// <param name="Holds">Whether its condition held, and so its entries are in the log.</param>
/// <param name="Receipt">The receipt of its only entry.</param>
/// <param name="Receipts">The receipts of several entries; <see langword="null"/> for one.</param>
/// <param name="Head">The head that it found.</param>
internal readonly record struct AppendResult(bool Holds, AuditReceipt Receipt, AuditReceipt[]? Receipts, LogHead Head)
{
    /// <summary>The privilege head behind it, where all its entries are ones that decisions are based on (PRIVILEGE.md P1).</summary>
    public long PrivilegeHead => Holds ? (Receipts?[^1] ?? Receipt).Index : Head.PrivilegeHead;
}
