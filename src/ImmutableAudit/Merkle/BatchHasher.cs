using System.Runtime.Intrinsics;

namespace ImmutableAudit.Merkle;

/// <summary>
/// The hashes of <see cref="TreeHasher"/>, many in one call. Where the processor has vectors, the hashes of a call are
/// computed side by side, several times as fast as one after the other; the results are the same to the byte. Thread-safe.
/// </summary>
internal abstract class BatchHasher
{
    /// <summary>The framework's SHA-256 and nothing else (L28).</summary>
    public static BatchHasher Framework { get; } = new FrameworkHasher();

    /// <summary>All that this processor can run, slowest first.</summary>
    public static IReadOnlyList<BatchHasher> Supported { get; } = [Framework, .. Vectored()];

    /// <summary>The fastest that this processor can run and that answers the known vectors; chosen once (L28).</summary>
    public static BatchHasher Fastest { get; } = Supported.Last(HashKnownAnswer.IsGivenBy);

    /// <summary>The leaf hash of each entry.</summary>
    /// <param name="bytes">Where the entries lie.</param>
    /// <param name="entries">Which of these bytes each entry is.</param>
    /// <param name="leaves">Gets the hashes: as many as there are entries.</param>
    public abstract void HashLeaves(ReadOnlySpan<byte> bytes, ReadOnlySpan<Range> entries, Span<MerkleHash> leaves);

    /// <summary>The hash of the node over each two children.</summary>
    /// <param name="children">Twice as many as parents, left to right.</param>
    /// <param name="parents">Gets the hashes. May be the first half of <paramref name="children"/>.</param>
    public abstract void HashNodes(ReadOnlySpan<MerkleHash> children, Span<MerkleHash> parents);

    /// <summary>The root over a full level: pairs are hashed upwards until one hash is left. The span is overwritten.</summary>
    /// <param name="level">A power of two of hashes, left to right.</param>
    public MerkleHash HashCompleteSubtree(Span<MerkleHash> level)
    {
        for (; level.Length > 1; level = level[..(level.Length / 2)])
        {
            HashNodes(level, level[..(level.Length / 2)]);
        }

        return level[0];
    }

    private static IEnumerable<BatchHasher> Vectored()
    {
        if (Lanes8.IsSupported)
        {
            yield return new LaneHasher<Lanes8, Vector256<uint>>();
        }

        if (Lanes16.IsSupported)
        {
            yield return new LaneHasher<Lanes16, Vector512<uint>>();
        }
    }
}
