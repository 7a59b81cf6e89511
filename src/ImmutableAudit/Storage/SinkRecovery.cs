using ImmutableAudit.Merkle;

namespace ImmutableAudit.Storage;

/// <summary>What a sink found when it was made ready for writing.</summary>
/// <param name="Head">Where the log stands: every entry below its size is durable.</param>
/// <param name="Range">The compact range of that size, hashed from the entries themselves behind the published size.</param>
public sealed record SinkRecovery(LogHead Head, CompactRange Range)
{
    /// <summary>Bytes of commits that had not reached the disk whole and were dropped, not yet on the record; 0 where none (LOG.md L3).</summary>
    public long DroppedBytes { get; init; }
}
