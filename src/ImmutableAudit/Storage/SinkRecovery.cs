namespace ImmutableAudit.Storage;

/// <summary>What a sink found when it was made ready for writing.</summary>
/// <param name="Head">Where the log stands: every entry below its size is durable.</param>
public sealed record SinkRecovery(LogHead Head)
{
    /// <summary>Bytes of commits that had not reached the disk whole and were dropped, not yet on the record; 0 where none (LOG.md L3).</summary>
    public long DroppedBytes { get; init; }
}
