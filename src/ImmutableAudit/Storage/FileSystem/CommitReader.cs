using System.Buffers;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>Reads commits back, one after the other into the same memory, and hashes them.</summary>
internal sealed class CommitReader : IDisposable
{
    private byte[] _entries = [];
    private MerkleHash[] _leaves = [];
    private int _length;
    private int _count;

    /// <summary>The entries of the commit that was read last, as they lie in a bundle.</summary>
    public ReadOnlySpan<byte> Entries => _entries.AsSpan(0, _length);

    /// <summary>Their leaf hashes.</summary>
    public ReadOnlySpan<MerkleHash> Leaves => _leaves.AsSpan(0, _count);

    /// <summary>Reads a commit; <see langword="false"/> where what is there is not what was committed.</summary>
    /// <exception cref="AuditLogUnreadableException">The file ends before its entries do.</exception>
    public bool TryRead(JournalCommit commit)
    {
        (_length, _count) = (commit.Header.EntriesLength, commit.Header.Count);
        PooledArray.MakeRoom(ref _entries, _length);
        PooledArray.MakeRoom(ref _leaves, _count);
        commit.ReadEntries(_entries.AsSpan(0, _length));
        var rest = Entries;
        return commit.Seal.IsOf(rest) && EntryBundle.HashEntries(ref rest, _leaves.AsSpan(0, _count)) == _count;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_entries);
        ArrayPool<MerkleHash>.Shared.Return(_leaves);
        (_entries, _leaves) = ([], []);
    }
}
