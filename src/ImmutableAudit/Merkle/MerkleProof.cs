using System.Numerics;

namespace ImmutableAudit.Merkle;

/// <summary>
/// Verifies inclusion and consistency proofs (RFC 9162 sections 2.1.3.2 and 2.1.4.2; the proofs are those of RFC 6962).
/// Pure and thread-safe. A proof that does not hold is an answer, <see langword="false"/>, never an exception.
/// </summary>
/// <remarks>
/// A root does not commit to its size: where two trees have the same shape along the path, a proof in one holds for the
/// size of the other too (entry 0 of three and of four, for one). Take size and root from one verified checkpoint.
/// </remarks>
public static class MerkleProof
{
    /// <summary>
    /// Whether <paramref name="proof"/> shows that the entry with this leaf hash stands at <paramref name="index"/> in the
    /// tree with this size and root.
    /// </summary>
    /// <returns>
    /// <see langword="false"/> also for an index that is negative or not below the size, and for a proof that is
    /// shorter or longer than this index and size ask for.
    /// </returns>
    public static bool VerifyInclusion(
        MerkleHash leafHash, long index, long size, ReadOnlySpan<MerkleHash> proof, MerkleHash root)
    {
        if (index < 0 || index >= size || proof.Length != InclusionProofLength(index, size))
        {
            return false;
        }

        var hash = leafHash;
        long node = index, last = size - 1;
        foreach (var sibling in proof)
        {
            // At the right edge a node without sibling moves up unhashed. Node is not 0 here, or the loop would not end:
            // the length was checked, so each hash at the right edge answers a bit that is still set.
            while (node == last && (node & 1) == 0)
            {
                node >>= 1;
                last >>= 1;
            }

            hash = (node & 1) == 1 ? TreeHasher.HashNode(sibling, hash) : TreeHasher.HashNode(hash, sibling);
            node >>= 1;
            last >>= 1;
        }

        return hash == root;
    }

    /// <summary>
    /// Whether <paramref name="proof"/> shows that the tree with the new size and root begins with all entries of the tree
    /// with the old size and root, in the same order.
    /// </summary>
    /// <returns>
    /// <see langword="false"/> also for an old size of zero or above the new size, for equal sizes with different roots
    /// or a proof that is not empty, and for a proof that is too short or too long. (Every tree extends the empty one:
    /// that needs no proof, and none is accepted.)
    /// </returns>
    public static bool VerifyConsistency(
        long oldSize, MerkleHash oldRoot, long newSize, MerkleHash newRoot, ReadOnlySpan<MerkleHash> proof)
    {
        if (oldSize <= 0 || oldSize > newSize)
        {
            return false;
        }

        if (oldSize == newSize)
        {
            return proof.IsEmpty && oldRoot == newRoot;
        }

        // The largest complete subtree at the right edge of the old tree is where the two trees still agree.
        var level = BitOperations.TrailingZeroCount(oldSize);
        var node = (oldSize - 1) >> level;
        var last = (newSize - 1) >> level;

        MerkleHash oldHash, newHash;
        if (node == 0)
        {
            oldHash = newHash = oldRoot;
        }
        else if (proof.IsEmpty)
        {
            return false;
        }
        else
        {
            oldHash = newHash = proof[0];
            proof = proof[1..];
        }

        foreach (var sibling in proof)
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                oldHash = TreeHasher.HashNode(sibling, oldHash);
                newHash = TreeHasher.HashNode(sibling, newHash);
                while ((node & 1) == 0 && node != 0)
                {
                    node >>= 1;
                    last >>= 1;
                }
            }
            else
            {
                newHash = TreeHasher.HashNode(newHash, sibling);
            }

            node >>= 1;
            last >>= 1;
        }

        return last == 0 && oldHash == oldRoot && newHash == newRoot;
    }

    /// <summary>Number of hashes in the inclusion proof for an index below the size: at most 63.</summary>
    internal static int InclusionProofLength(long index, long size)
    {
        // Below the point where the paths to this leaf and to the last one part, every level has a sibling;
        // above it, only levels where the node is a right child.
        var inner = 64 - BitOperations.LeadingZeroCount((ulong)(index ^ (size - 1)));
        return inner + BitOperations.PopCount((ulong)index >> inner);
    }
}
