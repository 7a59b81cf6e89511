using System.Diagnostics.CodeAnalysis;
using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Verification;

/// <summary>What verifying a log proved, or the first thing that is wrong with it.</summary>
public sealed record LogVerificationResult
{
    internal LogVerificationResult()
    {
    }

    /// <summary>
    /// Whether everything holds: the checkpoint is signed by known keys, its root is that of the log's entries, every tile is
    /// right, times run forward, and the log extends every checkpoint and holds every proof from earlier. Of the first
    /// <see cref="EntriesNotRead"/> entries, if there are such, the tiles are right, and nothing more is known.
    /// </summary>
    [MemberNotNullWhen(true, nameof(Checkpoint))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Holds => Failure is null;

    /// <summary>The first thing that is wrong; <see langword="null"/> where everything holds.</summary>
    public VerificationFailure? Failure { get; init; }

    /// <summary>
    /// The log's checkpoint: origin, size, root; worth saving for the next verification where <see cref="Holds"/>. Otherwise
    /// merely what the log claims, and <see langword="null"/> where it could not even be parsed.
    /// </summary>
    public SignedCheckpoint? Checkpoint { get; init; }

    /// <summary>The known keys that signed the checkpoint. Empty where their signatures do not hold.</summary>
    public IReadOnlyList<INoteVerifier> Signers { get; init; } = [];

    /// <summary>The checkpoints from earlier that the log was shown to extend, in the order given. Empty unless everything holds.</summary>
    public IReadOnlyList<ConsistentCheckpoint> ConsistentSince { get; init; } = [];

    /// <summary>The proofs that hold, in the order given. Empty unless everything holds.</summary>
    public IReadOnlyList<AuditProofResult> Proofs { get; init; } = [];

    /// <summary>
    /// How many entries, from the first on, were not looked at, as <see cref="LogVerificationOptions.EntriesFrom"/> asked for: 0 unless it did.
    /// </summary>
    public long EntriesNotRead { get; init; }

    /// <summary>The time of the first entry that was looked at; <see langword="null"/> for an empty log, or unless everything holds.</summary>
    public DateTimeOffset? FirstTime { get; init; }

    /// <summary>The time of the last entry; <see langword="null"/> for an empty log, or unless everything holds.</summary>
    public DateTimeOffset? LastTime { get; init; }
}

/// <summary>A checkpoint from earlier that a log was shown to extend: its first entries are exactly those that were signed then.</summary>
/// <param name="Checkpoint">The checkpoint.</param>
/// <param name="Signers">The known keys that signed it, at least one.</param>
public sealed record ConsistentCheckpoint(SignedCheckpoint Checkpoint, IReadOnlyList<INoteVerifier> Signers);
