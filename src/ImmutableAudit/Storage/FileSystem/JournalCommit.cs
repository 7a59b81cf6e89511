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

    /// <summary>The digest of entries as they lie in a bundle; <see langword="false"/> where they are not as many as announced.</summary>
    public static bool TryDigest(ReadOnlySpan<byte> entries, int count, out MerkleHash digest)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<MerkleHash> room = stackalloc MerkleHash[TileCoordinate.FullWidth];
        Span<byte> hash = stackalloc byte[MerkleHash.Size];
        for (var left = count; left > 0;)
        {
            var leaves = room[..Math.Min(left, room.Length)];
            if (EntryBundle.HashEntries(ref entries, leaves) < leaves.Length)
            {
                digest = default;
                return false;
            }

            sha.AppendData(MemoryMarshal.AsBytes(leaves));
            left -= leaves.Length;
        }

        sha.GetHashAndReset(hash);
        digest = new MerkleHash(hash);
        return true;
    }

    /// <summary>Whether it has the same place in the log as another, the same entries, and leads to the same head.</summary>
    public bool IsSame(JournalCommit other) => FirstIndex == other.FirstIndex && Header.End == other.Header.End && Digest == other.Digest;

    /// <summary>Reads its entries, as they lie in a bundle, and makes sure that they are those that were committed.</summary>
    /// <exception cref="AuditLogCorruptException">They are not.</exception>
    /// <exception cref="AuditLogUnreadableException">The file ends before they do.</exception>
    public byte[] ReadEntries()
    {
        var entries = new byte[Header.EntriesLength];
        ReadEntries(entries);
        return TryDigest(entries, Header.Count, out var digest) && digest == Digest ? entries : throw new AuditLogCorruptException(
            $"The journal segment '{Segment.Path}' was changed on disk: the commit at byte {Header.Position} does not hold the entries that were committed.");
    }

    /// <summary>Reads its entries as they are in the file.</summary>
    /// <param name="entries">Takes them: <see cref="JournalRecordHeader.EntriesLength"/> bytes.</param>
    /// <exception cref="AuditLogUnreadableException">The file ends before they do.</exception>
    public void ReadEntries(Span<byte> entries)
    {
        if (Segment.ReadRaw(entries, Header.Position + JournalFormat.RecordHeaderSize) != entries.Length)
        {
            throw new AuditLogUnreadableException($"The journal segment '{Segment.Path}' ends inside the commit at byte {Header.Position}.");
        }
    }
}
