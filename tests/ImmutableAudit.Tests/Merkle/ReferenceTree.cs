using System.Security.Cryptography;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tests.Merkle;

/// <summary>
/// RFC 6962 section 2.1 letter by letter, over ranges of one list D: MTH(D[start:end]), PATH and PROOF. Hashes with the
/// framework alone; the only shortcut is that a range's MTH is remembered.
/// </summary>
internal sealed class ReferenceTree(IReadOnlyList<byte[]> d)
{
    private readonly Dictionary<(int Start, int End), MerkleHash> _known = [];

    public static ReferenceTree OfSize(int size) => new([.. Enumerable.Range(0, size).Select(Entry)]);

    /// <summary>Entries that all differ, of different lengths.</summary>
    public static byte[] Entry(int index) => [.. BitConverter.GetBytes(index), .. new byte[index % 7]];

    public int Size => d.Count;

    public MerkleHash Leaf(int index) => Mth(index, index + 1);

    public MerkleHash[] Leaves() => [.. Enumerable.Range(0, Size).Select(Leaf)];

    public MerkleHash Root(int size) => Mth(0, size);

    public MerkleHash Mth(int start, int end)
    {
        if (!_known.TryGetValue((start, end), out var hash))
        {
            var n = end - start;
            hash = n switch
            {
                0 => Sha256([]),
                1 => Sha256([0, .. d[start]]),
                _ => Node(Mth(start, start + K(n)), Mth(start + K(n), end)),
            };
            _known[(start, end)] = hash;
        }

        return hash;
    }

    /// <summary>PATH(m, D[n]), section 2.1.1.</summary>
    public MerkleHash[] Path(int m, int n) => [.. Path(m, 0, n)];

    /// <summary>PROOF(m, D[n]), section 2.1.2.</summary>
    public MerkleHash[] Proof(int m, int n) => [.. Subproof(m, 0, n, isWhole: true)];

    private IEnumerable<MerkleHash> Path(int m, int start, int end)
    {
        var n = end - start;
        if (n == 1)
        {
            return [];
        }

        var k = K(n);
        return m < k
            ? Path(m, start, start + k).Append(Mth(start + k, end))
            : Path(m - k, start + k, end).Append(Mth(start, start + k));
    }

    private IEnumerable<MerkleHash> Subproof(int m, int start, int end, bool isWhole)
    {
        var n = end - start;
        if (m == n)
        {
            return isWhole ? [] : [Mth(start, end)];
        }

        var k = K(n);
        return m <= k
            ? Subproof(m, start, start + k, isWhole).Append(Mth(start + k, end))
            : Subproof(m - k, start + k, end, isWhole: false).Append(Mth(start, start + k));
    }

    private static int K(int n)
    {
        var k = 1;
        while (k * 2 < n)
        {
            k *= 2;
        }

        return k;
    }

    private static MerkleHash Node(MerkleHash left, MerkleHash right)
    {
        var input = new byte[65];
        input[0] = 1;
        left.CopyTo(input.AsSpan(1));
        right.CopyTo(input.AsSpan(33));
        return Sha256(input);
    }

    private static MerkleHash Sha256(byte[] input) => new(SHA256.HashData(input));
}
