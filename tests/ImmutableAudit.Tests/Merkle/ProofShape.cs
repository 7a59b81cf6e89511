namespace ImmutableAudit.Tests.Merkle;

/// <summary>
/// What a proof computes, as a formula over its hashes' numbers, written from the recursion of RFC 6962 section 2.1.
/// A root does not commit to its size, so a proof also holds for exactly those other sizes and indexes that give the same
/// formula; for no others.
/// </summary>
internal static class ProofShape
{
    /// <summary>The root over the leaf <c>L</c> and the hashes of PATH(index, D[size]); null where there is no such path.</summary>
    public static string? Inclusion(long index, long size)
    {
        if (index < 0 || index >= size)
        {
            return null;
        }

        var next = 0;
        return Root(index, size);

        string Root(long m, long n)
        {
            if (n == 1)
            {
                return "L";
            }

            var k = K(n);
            return m < k ? $"({Root(m, k)} {next++})" : Swap(Root(m - k, n - k), next++);
        }

        static string Swap(string right, int left) => $"({left} {right})";
    }

    /// <summary>
    /// The old and the new root over the old root <c>R</c> and the hashes of PROOF(old, D[size]); null where there is no
    /// such proof.
    /// </summary>
    public static string? Consistency(long oldSize, long newSize)
    {
        if (oldSize <= 0 || oldSize > newSize)
        {
            return null;
        }

        var next = 0;
        var (oldRoot, newRoot) = Roots(oldSize, newSize, isWhole: true);
        return $"{next}: {oldRoot} {newRoot}";

        (string Old, string New) Roots(long m, long n, bool isWhole)
        {
            if (m == n)
            {
                var same = isWhole ? "R" : $"{next++}";
                return (same, same);
            }

            var k = K(n);
            if (m <= k)
            {
                var left = Roots(m, k, isWhole);
                return (left.Old, $"({left.New} {next++})");
            }

            var right = Roots(m - k, n - k, isWhole: false);
            var hash = next++;
            return ($"({hash} {right.Old})", $"({hash} {right.New})");
        }
    }

    private static long K(long n)
    {
        var k = 1L;
        while (k < n - k)
        {
            k *= 2;
        }

        return k;
    }
}
