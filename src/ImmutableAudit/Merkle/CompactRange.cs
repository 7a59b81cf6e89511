using System.Numerics;

namespace ImmutableAudit.Merkle;

/// <summary>
/// The least that must be kept of a tree to go on appending to it: the roots of its complete subtrees, one for each bit
/// set in the size, largest first. Appending and taking the root need nothing else.
/// </summary>
/// <remarks>Mutable and not thread-safe; <see cref="Clone"/> where two need it.</remarks>
public sealed class CompactRange
{
    private const int MaxBatch = 256;

    // One subtree for each bit of a size up to 2^63 - 1.
    private readonly MerkleHash[] _nodes = new MerkleHash[63];
    private int _count;

    /// <summary>The range of the empty tree.</summary>
    public CompactRange()
    {
    }

    /// <summary>Takes up a range from its parts.</summary>
    /// <param name="size">Number of entries, 0 or more.</param>
    /// <param name="nodes">The roots of the complete subtrees, largest first: as many as <paramref name="size"/> has bits set.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is negative.</exception>
    /// <exception cref="ArgumentException">The number of nodes does not fit the size.</exception>
    public CompactRange(long size, ReadOnlySpan<MerkleHash> nodes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (nodes.Length != BitOperations.PopCount((ulong)size))
        {
            throw new ArgumentException(
                $"A tree of {size} entries has {BitOperations.PopCount((ulong)size)} complete subtrees, not {nodes.Length}.", nameof(nodes));
        }

        Size = size;
        nodes.CopyTo(_nodes);
        _count = nodes.Length;
    }

    /// <summary>Number of entries, from 0 to 2^63 − 1.</summary>
    public long Size { get; private set; }

    /// <summary>The roots of the complete subtrees, largest first. Valid until the next change.</summary>
    public ReadOnlySpan<MerkleHash> Nodes => _nodes.AsSpan(0, _count);

    /// <summary>Appends one leaf hash.</summary>
    /// <exception cref="InvalidOperationException">The tree has 2^63 − 1 entries.</exception>
    public void Append(MerkleHash leaf)
    {
        if (Size == long.MaxValue)
        {
            throw new InvalidOperationException("The tree is full: it has 2^63 - 1 entries.");
        }

        // Each trailing one bit of the size is a subtree as large as the one that the new leaf has grown to.
        for (var bits = Size; (bits & 1) == 1; bits >>= 1)
        {
            leaf = TreeHasher.HashNode(_nodes[--_count], leaf);
        }

        _nodes[_count++] = leaf;
        Size++;
    }

    /// <summary>Appends leaf hashes in order; the same as appending each.</summary>
    /// <exception cref="InvalidOperationException">The tree would have more than 2^63 − 1 entries; nothing was appended.</exception>
    public void Append(ReadOnlySpan<MerkleHash> leaves) => Append(leaves, BatchHasher.Fastest);

    /// <inheritdoc cref="Append(ReadOnlySpan{MerkleHash})"/>
    internal void Append(ReadOnlySpan<MerkleHash> leaves, BatchHasher hasher)
    {
        if (leaves.Length > long.MaxValue - Size)
        {
            throw new InvalidOperationException("The tree would have more than 2^63 - 1 entries.");
        }

        for (; leaves.Length > MaxBatch; leaves = leaves[MaxBatch..])
        {
            AppendBatch(leaves[..MaxBatch], hasher);
        }

        AppendBatch(leaves, hasher);
    }

    /// <summary>Pairs off one level after the other, so that the nodes of a level are hashed together.</summary>
    private void AppendBatch(ReadOnlySpan<MerkleHash> leaves, BatchHasher hasher)
    {
        Span<MerkleHash> room = stackalloc MerkleHash[1 + MaxBatch];
        Span<MerkleHash> left = stackalloc MerkleHash[_nodes.Length];
        var (lefts, count) = (0, leaves.Length);
        leaves.CopyTo(room[1..]);
        for (var bits = Size; count > 0; bits >>= 1)
        {
            // The subtree of this level that waits for its right neighbour goes in front; an odd one at the end has to wait.
            var level = room.Slice(1, count);
            if ((bits & 1) == 1)
            {
                level = room[..++count];
                level[0] = _nodes[--_count];
            }

            if (count % 2 == 1)
            {
                left[lefts++] = level[^1];
            }

            count /= 2;
            hasher.HashNodes(level[..(2 * count)], level[..count]);
            level[..count].CopyTo(room[1..]);
        }

        while (lefts > 0)
        {
            _nodes[_count++] = left[--lefts];
        }

        Size += leaves.Length;
    }

    /// <summary>The root of the tree: <c>MTH</c> of RFC 6962 section 2.1.</summary>
    public MerkleHash Root() => _count == 0 ? MerkleHash.EmptyRoot : Fold(Nodes);

    /// <summary>A copy that goes its own way.</summary>
    public CompactRange Clone() => new(Size, Nodes);

    /// <summary>The root over adjacent complete subtrees, largest first; at least one.</summary>
    internal static MerkleHash Fold(ReadOnlySpan<MerkleHash> nodes)
    {
        var root = nodes[^1];
        for (var i = nodes.Length - 2; i >= 0; i--)
        {
            root = TreeHasher.HashNode(nodes[i], root);
        }

        return root;
    }
}
