using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Verification;

/// <summary>What a log is verified against: the keys that are trusted, and what was kept of it earlier.</summary>
public sealed class LogVerificationOptions
{
    /// <summary>The keys to trust, at least one. After a rotation (L20) that includes the earlier ones, if older checkpoints or proofs are given.</summary>
    public required IReadOnlyList<INoteVerifier> Keys { get; init; }

    /// <summary>The log that is meant; <see langword="null"/> accepts the log that a key which signed is named after.</summary>
    public string? Origin { get; init; }

    /// <summary>
    /// Checkpoints of this log saved earlier, each signed by any of <see cref="Keys"/>. Only against these does it show that
    /// the tail was cut off, or history rewritten, by somebody who can sign.
    /// </summary>
    public IReadOnlyList<SignedCheckpoint> Since { get; init; } = [];

    /// <summary>Portable proofs to check along with the log: each must hold, and its entry must be the one that the log has.</summary>
    public IReadOnlyList<AuditProof> Proofs { get; init; } = [];

    /// <summary>
    /// The index of the first entry to look at, a multiple of 256; default 0, so all. For a log whose oldest entry bundles were given up while
    /// all tiles are kept: those below are not read, and their tiles alone are shown to be what was signed. What these entries were, and
    /// that their times run forward, is <b>not</b> shown then (<see cref="LogVerificationResult.EntriesNotRead"/>). The bundle at the end, if it is
    /// not full, is always read.
    /// </summary>
    public long EntriesFrom { get; init; }

    /// <summary>
    /// How many bundles (256 entries each, usually some 100 kB, at most 17 MB) are read and hashed at the same time, and so
    /// held in memory; default twice the number of processors, so that some are read while others are hashed. At least 1.
    /// </summary>
    public int MaxDegreeOfParallelism { get; init; } = 2 * Environment.ProcessorCount;

    /// <summary>
    /// Whether only the framework's SHA-256 is used. Otherwise many entries are hashed side by side where the processor can, by
    /// code of this library that also hashed them when they were written; this checks that code too, several times as slowly.
    /// </summary>
    public bool FrameworkHash { get; init; }
}
