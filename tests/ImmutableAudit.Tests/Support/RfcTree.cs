using System.Security.Cryptography;

namespace ImmutableAudit.Tests.Support;

/// <summary>RFC 6962 section 2.1 written down as it stands there: recursive, slow, and sharing no code with the library.</summary>
internal static class RfcTree
{
    public static byte[] LeafHash(byte[] entry) => SHA256.HashData([0, .. entry]);

    /// <summary>MTH over leaf hashes.</summary>
    public static byte[] Root(ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.IsEmpty)
        {
            return SHA256.HashData([]);
        }

        if (leaves.Length == 1)
        {
            return leaves[0];
        }

        var k = Split(leaves.Length);
        return SHA256.HashData([1, .. Root(leaves[..k]), .. Root(leaves[k..])]);
    }

    /// <summary>PATH(m, D[n]).</summary>
    public static List<byte[]> InclusionProof(int m, ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length == 1)
        {
            return [];
        }

        var k = Split(leaves.Length);
        return m < k
            ? [.. InclusionProof(m, leaves[..k]), Root(leaves[k..])]
            : [.. InclusionProof(m - k, leaves[k..]), Root(leaves[..k])];
    }

    /// <summary>PROOF(m, D[n]).</summary>
    public static List<byte[]> ConsistencyProof(int m, ReadOnlySpan<byte[]> leaves) => SubProof(m, leaves, whole: true);

    private static List<byte[]> SubProof(int m, ReadOnlySpan<byte[]> leaves, bool whole)
    {
        if (m == leaves.Length)
        {
            return whole ? [] : [Root(leaves)];
        }

        var k = Split(leaves.Length);
        return m <= k
            ? [.. SubProof(m, leaves[..k], whole), Root(leaves[k..])]
            : [.. SubProof(m - k, leaves[k..], whole: false), Root(leaves[..k])];
    }

    /// <summary>The largest power of two smaller than n.</summary>
    private static int Split(int n)
    {
        var k = 1;
        while (k * 2 < n)
        {
            k *= 2;
        }

        return k;
    }
}
