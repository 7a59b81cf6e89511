using ImmutableAudit.Merkle;

namespace ImmutableAudit.Storage;

/// <summary>What one commit appends: entries with index and time assigned, and the head that they lead to.</summary>
/// <remarks>
/// <para>Valid only while <see cref="IAuditCommit.CompleteAsync"/> runs: the memory belongs to the log and is used again.
/// The same goes for the hashes, for which one thread at a time may ask.</para>
/// <para>To a sink entries are bytes. Those of a log are events (<see cref="AuditEvent"/>) of which none is earlier than the one in
/// front, and a sink may hold what it recovers against that.</para>
/// </remarks>
public readonly record struct CommitBatch
{
    /// <summary>Index of the first entry: the size of the head that the commit was opened on.</summary>
    public required long FirstIndex { get; init; }

    /// <summary>Number of entries, at least 1.</summary>
    public required int Count { get; init; }

    /// <summary>The entries one after the other, each behind its length as a 16-bit big-endian number, as in an entry bundle.</summary>
    public required ReadOnlyMemory<byte> Entries { get; init; }

    /// <summary>The head once these entries are in.</summary>
    public required LogHead Head { get; init; }

    // The log needs them itself where somebody waits for a receipt.
    internal BatchLeaves? Leaves { get; init; }

    /// <summary>The leaf hash of each entry (RFC 6962 section 2.1), computed when first asked for.</summary>
    /// <exception cref="ArgumentException">There are fewer entries than <see cref="Count"/>.</exception>
    public ReadOnlyMemory<MerkleHash> HashLeaves()
    {
        if (Leaves?.AreOf(Entries, Count) == true)
        {
            return Leaves.Hashes();
        }

        var hashes = new MerkleHash[Count];
        BatchLeaves.Hash(Entries.Span, hashes);
        return hashes;
    }
}
