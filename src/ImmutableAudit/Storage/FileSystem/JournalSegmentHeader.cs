using ImmutableAudit.Merkle;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>What a segment says of itself.</summary>
/// <param name="Number">Segments are numbered upwards, never again with the same number.</param>
/// <param name="Start">The head that the segment's first commit was opened on.</param>
/// <param name="RewrittenTo">Size up to which recovery wrote the segment; equals the start where it began empty.</param>
/// <param name="DroppedBytes">Bytes that the recovery which made this segment dropped (LOG.md L3); 0 where none.</param>
/// <param name="OriginHash">Binds the journal to its log: SHA-256 of the origin.</param>
internal readonly record struct JournalSegmentHeader(
    long Number, LogHead Start, long RewrittenTo, long DroppedBytes, MerkleHash OriginHash);
