using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>Where a commit lies in the journal, and what was committed.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Header">What the record says of itself.</param>
/// <param name="Digest">
/// SHA-256 over its leaf hashes, one after the other. Only in memory: what is read back is held against it, whoever has written to the
/// file meanwhile (LOG.md L2).
/// </param>
internal readonly record struct JournalCommit(JournalSegment Segment, JournalRecordHeader Header, MerkleHash Digest)
{
    public long FirstIndex => Header.FirstIndex;

    public long EndIndex => Header.EndIndex;

    /// <summary>The digest of a commit with these leaf hashes.</summary>
    public static MerkleHash DigestOf(ReadOnlySpan<MerkleHash> leaves)
    {
        Span<byte> digest = stackalloc byte[MerkleHash.Size];
        SHA256.HashData(MemoryMarshal.AsBytes(leaves), digest);
        return new MerkleHash(digest);
    }

    /// <summary>Whether it has the same place in the log as another, and the same entries.</summary>
    public bool IsSame(JournalCommit other) => FirstIndex == other.FirstIndex && EndIndex == other.EndIndex && Digest == other.Digest;

    /// <summary>Hashes its entries as they were read back, and says whether they are those that were committed.</summary>
    /// <param name="entries">The entries, as they lie in a bundle.</param>
    /// <param name="leaves">Gets their hashes: <see cref="JournalRecordHeader.Count"/> of them.</param>
    public bool TryHash(ReadOnlySpan<byte> entries, Span<MerkleHash> leaves) =>
        EntryBundle.HashEntries(ref entries, leaves) == leaves.Length && DigestOf(leaves) == Digest;

    /// <summary>Reads its entries, as they lie in a bundle.</summary>
    /// <exception cref="AuditLogUnreadableException">The file ends before they do.</exception>
    public byte[] ReadEntries()
    {
        var entries = new byte[Header.EntriesLength];
        ReadEntries(entries);
        return entries;
    }

    /// <inheritdoc cref="ReadEntries()"/>
    /// <param name="entries">Takes them: <see cref="JournalRecordHeader.EntriesLength"/> bytes.</param>
    public void ReadEntries(Span<byte> entries)
    {
        if (Segment.ReadRaw(entries, Header.Position + JournalFormat.RecordHeaderSize) != entries.Length)
        {
            throw new AuditLogUnreadableException($"The journal segment '{Segment.Path}' ends inside the commit at byte {Header.Position}.");
        }
    }
}
