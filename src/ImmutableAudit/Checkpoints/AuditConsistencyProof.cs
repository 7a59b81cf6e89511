using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;

namespace ImmutableAudit;

/// <summary>Shows that a published log begins with all entries of an older state of it, in the same order (RFC 6962 section 2.1.2). Immutable.</summary>
/// <param name="OldSize">Size of the older state, at least 1.</param>
/// <param name="Hashes">The consistency proof.</param>
/// <param name="Checkpoint">The newer state.</param>
public sealed record AuditConsistencyProof(long OldSize, IReadOnlyList<MerkleHash> Hashes, SignedCheckpoint Checkpoint)
{
    /// <summary>
    /// Whether this proves that the newer state, signed by one of the keys, extends <paramref name="older"/>. The caller
    /// answers for the older checkpoint: that he saved it himself, or has verified it.
    /// </summary>
    public bool Verify(Checkpoint older, IEnumerable<INoteVerifier> keys)
    {
        ArgumentNullException.ThrowIfNull(older);
        var newer = Checkpoint.Checkpoint;
        return older.Origin == newer.Origin
            && older.Size == OldSize
            && Checkpoint.TryVerify(older.Origin, keys, out _, out _)
            && MerkleProof.VerifyConsistency(older.Size, older.Root, newer.Size, newer.Root, [.. Hashes]);
    }
}
