using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ImmutableAudit.Merkle;

/// <summary>The two hashes of RFC 6962 section 2.1, kept apart by their first byte so that no entry can pass for a node.</summary>
public static class TreeHasher
{
    private const byte LeafPrefix = 0;
    private const byte NodePrefix = 1;
    private const int StackLimit = 1024;

    /// <summary>The leaf hash of an entry: SHA-256 of <c>00 ‖ entry</c>.</summary>
    public static MerkleHash HashLeaf(ReadOnlySpan<byte> entry)
    {
        if (entry.Length < StackLimit)
        {
            Span<byte> input = stackalloc byte[StackLimit];
            input[0] = LeafPrefix;
            entry.CopyTo(input[1..]);
            return Hash(input[..(entry.Length + 1)]);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([LeafPrefix]);
        hash.AppendData(entry);
        Span<byte> result = stackalloc byte[MerkleHash.Size];
        hash.GetHashAndReset(result);
        return new MerkleHash(result);
    }

    /// <summary>The hash of a node: SHA-256 of <c>01 ‖ left ‖ right</c>.</summary>
    public static MerkleHash HashNode(MerkleHash left, MerkleHash right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * MerkleHash.Size)];
        input[0] = NodePrefix;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + MerkleHash.Size)..]);
        return Hash(input);
    }

    /// <summary>The root over a full level: pairs are hashed upwards until one hash is left. The span is overwritten.</summary>
    /// <param name="level">A power of two of hashes, left to right.</param>
    internal static MerkleHash HashCompleteSubtree(Span<MerkleHash> level)
    {
        for (; level.Length > 1; level = level[..(level.Length / 2)])
        {
            for (var i = 0; i < level.Length / 2; i++)
            {
                level[i] = HashNode(level[2 * i], level[(2 * i) + 1]);
            }
        }

        return level[0];
    }

    internal static MerkleHash HashNothing() => Hash([]);

    private static MerkleHash Hash(ReadOnlySpan<byte> input)
    {
        MerkleHash hash = default;
        SHA256.HashData(input, MemoryMarshal.AsBytes(new Span<MerkleHash>(ref hash)));
        return hash;
    }
}
