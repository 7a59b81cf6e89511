using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage;

/// <summary>
/// The leaf hashes of a batch's entries, computed once, when somebody first asks for them: of what was only posted, and goes to a
/// journal, nobody does. Its memory is used again; belongs to the log's thread.
/// </summary>
internal sealed class BatchLeaves
{
    private ReadOnlyMemory<byte> _entries;
    private MerkleHash[] _hashes = [];
    private int _count;
    private bool _isHashed;

    /// <summary>Starts anew.</summary>
    /// <param name="entries">The entries, one after the other as in a bundle.</param>
    /// <param name="count">Their number.</param>
    public void Begin(ReadOnlyMemory<byte> entries, int count) => (_entries, _count, _isHashed) = (entries, count, false);

    /// <summary>Whether they are those of these entries, and no part of them.</summary>
    public bool AreOf(ReadOnlyMemory<byte> entries, int count) => _entries.Equals(entries) && _count == count;

    public ReadOnlyMemory<MerkleHash> Hashes()
    {
        if (!_isHashed)
        {
            PooledArray.MakeRoom(ref _hashes, _count);
            Hash(_entries.Span, _hashes.AsSpan(0, _count));
            _isHashed = true;
        }

        return _hashes.AsMemory(0, _count);
    }

    /// <summary>Hashes the entries of a batch.</summary>
    /// <exception cref="ArgumentException">There are fewer entries.</exception>
    public static void Hash(ReadOnlySpan<byte> entries, Span<MerkleHash> leaves)
    {
        if (EntryBundle.HashEntries(ref entries, leaves) < leaves.Length)
        {
            throw new ArgumentException($"The batch holds fewer entries than the {leaves.Length} that it announces.", nameof(entries));
        }
    }
}
