using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Verification;

/// <summary>
/// The roots that a growing tree had at given sizes, taken in one pass over its bundles. Full bundles enter as one hash
/// each, so that the pass itself has next to nothing to compute.
/// </summary>
internal sealed class PrefixRoots
{
    private readonly BatchHasher _hasher;
    private readonly CompactRange _bundles = new();
    private readonly Dictionary<long, MerkleHash> _roots = new() { [0] = MerkleHash.EmptyRoot };
    private readonly Queue<long> _sizes;

    /// <summary>Of the empty tree.</summary>
    /// <param name="sizes">The sizes to take roots at, in any order, repeated or not.</param>
    /// <param name="hasher">What hashes the nodes.</param>
    public PrefixRoots(IEnumerable<long> sizes, BatchHasher hasher)
    {
        _sizes = new Queue<long>(sizes.Where(size => size > 0).Distinct().Order());
        _hasher = hasher;
    }

    /// <summary>The root at one of the sizes that have been passed.</summary>
    public MerkleHash this[long size] => _roots[size];

    /// <summary>The bundles in which one of the sizes ends, whose leaf hashes are needed.</summary>
    public IReadOnlySet<long> Bundles => _sizes.Select(size => (size - 1) / TileCoordinate.FullWidth).ToHashSet();

    /// <summary>Appends the next bundle.</summary>
    /// <param name="width">How many entries it has: 256, or fewer for the last.</param>
    /// <param name="leaves">Their leaf hashes, if it is one of <see cref="Bundles"/>.</param>
    /// <param name="root">Their root, for a full bundle.</param>
    public void Append(int width, ReadOnlySpan<MerkleHash> leaves, MerkleHash root)
    {
        var start = _bundles.Size * TileCoordinate.FullWidth;
        while (_sizes.TryPeek(out var size) && size <= start + width)
        {
            var rest = new CompactRange();
            rest.Append(leaves[..(int)(size - start)], _hasher);
            _roots[_sizes.Dequeue()] = CompactRange.Fold([.. _bundles.Nodes, .. rest.Nodes]);
        }

        if (width == TileCoordinate.FullWidth)
        {
            _bundles.Append(root);
        }
    }
}
