using System.Numerics;

namespace ImmutableAudit.Merkle;

/// <summary>
/// What has to be read to make a proof. Each element of a proof is the root of a range of entries; at the tree's right
/// edge that range is no complete subtree, and its root is folded from several. Planning is pure; whoever holds the
/// hashes reads <see cref="Nodes"/> in one go and calls <see cref="Assemble"/>.
/// </summary>
internal sealed class ProofPlan
{
    private readonly List<NodeId> _nodes = [];
    private readonly List<int> _runs = [];

    private ProofPlan()
    {
    }

    /// <summary>The complete subtrees whose hashes <see cref="Assemble"/> takes, in this order.</summary>
    public IReadOnlyList<NodeId> Nodes => _nodes;

    /// <summary>Plans the inclusion proof of RFC 6962 section 2.1.1, from the sibling of the leaf up to the child of the root.</summary>
    public static ProofPlan Inclusion(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);

        var siblings = new List<(long Start, long End)>();
        long start = 0, end = size;
        while (end - start > 1)
        {
            var middle = start + SplitPoint(end - start);
            if (index < middle)
            {
                siblings.Add((middle, end));
                end = middle;
            }
            else
            {
                siblings.Add((start, middle));
                start = middle;
            }
        }

        return FromRanges(siblings);
    }

    /// <summary>Plans the consistency proof of RFC 6962 section 2.1.2 between two sizes, neither of them zero.</summary>
    public static ProofPlan Consistency(long oldSize, long newSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);

        var ranges = new List<(long Start, long End)>();
        long start = 0, end = newSize;

        // Descend to the subtree of the new tree in which the old tree ends.
        while (oldSize < end)
        {
            var middle = start + SplitPoint(end - start);
            if (oldSize <= middle)
            {
                ranges.Add((middle, end));
                end = middle;
            }
            else
            {
                ranges.Add((start, middle));
                start = middle;
            }
        }

        // The old root itself is left out where the verifier has it: when the old tree is a subtree from entry 0.
        if (start > 0)
        {
            ranges.Add((start, end));
        }

        return FromRanges(ranges);
    }

    /// <summary>Folds the hashes of <see cref="Nodes"/> into the proof.</summary>
    public MerkleHash[] Assemble(ReadOnlySpan<MerkleHash> hashes)
    {
        var proof = new MerkleHash[_runs.Count];
        var next = 0;
        for (var i = 0; i < proof.Length; i++)
        {
            proof[i] = CompactRange.Fold(hashes.Slice(next, _runs[i]));
            next += _runs[i];
        }

        return proof;
    }

    /// <summary>The largest power of two below <paramref name="count"/>, which is at least 2.</summary>
    private static long SplitPoint(long count) => 1L << BitOperations.Log2((ulong)(count - 1));

    /// <summary>Ranges come root first; proofs are written leaf first.</summary>
    private static ProofPlan FromRanges(List<(long Start, long End)> ranges)
    {
        var plan = new ProofPlan();
        for (var i = ranges.Count - 1; i >= 0; i--)
        {
            var before = plan._nodes.Count;
            NodeId.AddRange(plan._nodes, ranges[i].Start, ranges[i].End);
            plan._runs.Add(plan._nodes.Count - before);
        }

        return plan;
    }
}
