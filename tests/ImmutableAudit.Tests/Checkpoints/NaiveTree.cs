using System.Security.Cryptography;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tests.Checkpoints;

/// <summary>MTH and PATH as RFC 6962 sections 2.1 and 2.1.1 write them down, by recursion over whole lists.</summary>
internal static class NaiveTree
{
    public static MerkleHash Root(byte[][] entries)
    {
        if (entries.Length == 0)
        {
            return new MerkleHash(SHA256.HashData([]));
        }

        if (entries.Length == 1)
        {
            return new MerkleHash(SHA256.HashData([0, .. entries[0]]));
        }

        var k = Split(entries.Length);
        byte[] node = new byte[65];
        node[0] = 1;
        Root(entries[..k]).CopyTo(node.AsSpan(1));
        Root(entries[k..]).CopyTo(node.AsSpan(33));
        return new MerkleHash(SHA256.HashData(node));
    }

    public static MerkleHash[] Path(int index, byte[][] entries)
    {
        if (entries.Length == 1)
        {
            return [];
        }

        var k = Split(entries.Length);
        return index < k
            ? [.. Path(index, entries[..k]), Root(entries[k..])]
            : [.. Path(index - k, entries[k..]), Root(entries[..k])];
    }

    private static int Split(int n)
    {
        var k = 1;
        while (2 * k < n)
        {
            k *= 2;
        }

        return k;
    }
}
