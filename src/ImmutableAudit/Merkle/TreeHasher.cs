using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ImmutableAudit.Merkle;

/// <summary>The two hashes of RFC 6962 section 2.1, kept apart by their first byte so that no entry can pass for a node.</summary>
/// <remarks>One at a time, by the framework's SHA-256; <see cref="BatchHasher"/> hashes many.</remarks>
public static class TreeHasher
{
    private const byte LeafPrefix = 0;
    private const byte NodePrefix = 1;
    private const int StackLimit = 1024;

    /// <summary>This thread's, to be used again: setting one up takes longer than hashing a node.</summary>
    [ThreadStatic]
    private static IncrementalHash? t_idle;

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

        var rented = ArrayPool<byte>.Shared.Rent(entry.Length + 1);
        rented[0] = LeafPrefix;
        entry.CopyTo(rented.AsSpan(1));
        var leaf = Hash(rented.AsSpan(0, entry.Length + 1));
        ArrayPool<byte>.Shared.Return(rented);
        return leaf;
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

    internal static MerkleHash HashNothing() => Hash([]);

    private static MerkleHash Hash(ReadOnlySpan<byte> input)
    {
        MerkleHash hash = default;
        var sha256 = t_idle ?? IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        // Nobody else finds it before it is reset, not even where one of these throws.
        t_idle = null;
        sha256.AppendData(input);
        sha256.GetHashAndReset(MemoryMarshal.AsBytes(new Span<MerkleHash>(ref hash)));
        t_idle = sha256;
        return hash;
    }
}
