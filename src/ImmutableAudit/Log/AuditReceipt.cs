using ImmutableAudit.Merkle;

namespace ImmutableAudit;

/// <summary>What an append returns once the entry is durable: where it stands, and the hash that proves it.</summary>
/// <param name="Index">Zero-based position in the log.</param>
/// <param name="LeafHash">The entry's leaf hash (RFC 6962 section 2.1). With <paramref name="Index"/> it names the entry, and no other.</param>
/// <param name="Time">The time stamped into the entry, in UTC.</param>
/// <param name="Id">The entry's id, by which a retry can be recognised (LOG.md L10).</param>
public readonly record struct AuditReceipt(long Index, MerkleHash LeafHash, DateTimeOffset Time, Guid Id);
