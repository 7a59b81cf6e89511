using ImmutableAudit.Merkle;

namespace ImmutableAudit;

/// <summary>
/// Names another entry of the same log, by place and by content (L10): an index alone would say something else in
/// another log. Immutable and thread-safe.
/// </summary>
/// <param name="Index">The entry's zero-based position.</param>
/// <param name="Leaf">The entry's leaf hash (RFC 6962 section 2.1), as its receipt gives it.</param>
public sealed record AuditReference(long Index, MerkleHash Leaf);
