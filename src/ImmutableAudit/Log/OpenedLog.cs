using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;

namespace ImmutableAudit.Log;

/// <summary>A log that was found in order, or begun.</summary>
/// <param name="Published">Its published checkpoint.</param>
/// <param name="Range">The compact range of that.</param>
/// <param name="Recovery">What the sink found behind it.</param>
/// <param name="IsNew">Whether the log was begun just now.</param>
/// <param name="Signers">Who signed the published checkpoint, among the accepted keys.</param>
internal sealed record OpenedLog(
    SignedCheckpoint Published, CompactRange Range, SinkRecovery Recovery, bool IsNew, IReadOnlyList<INoteVerifier> Signers);
