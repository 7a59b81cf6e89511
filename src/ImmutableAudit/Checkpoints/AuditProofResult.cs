using System.Diagnostics.CodeAnalysis;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;

namespace ImmutableAudit;

/// <summary>What checking a proof found. Where it does not hold, nothing else here is to be believed.</summary>
public sealed record AuditProofResult
{
    internal AuditProofResult()
    {
    }

    /// <summary>Whether known keys have signed that exactly <see cref="Entry"/> is at <see cref="Index"/> of the log.</summary>
    [MemberNotNullWhen(false, nameof(Reason))]
    public required bool Holds { get; init; }

    /// <summary>Why the proof does not hold; <see langword="null"/> where it does.</summary>
    public required string? Reason { get; init; }

    /// <summary>The known keys that have signed the checkpoint; empty where their signatures do not hold.</summary>
    public required IReadOnlyList<INoteVerifier> Signers { get; init; }

    /// <summary>The entry's zero-based position.</summary>
    public required long Index { get; init; }

    /// <summary>The bytes that were checked: show these and no others.</summary>
    public required ReadOnlyMemory<byte> Entry { get; init; }

    /// <summary>The leaf hash of <see cref="Entry"/>.</summary>
    public required MerkleHash LeafHash { get; init; }

    /// <summary>The checkpoint that the proof is against: the log's origin, size and root.</summary>
    public required Checkpoint Checkpoint { get; init; }
}
