namespace ImmutableAudit.Merkle;

/// <summary>
/// A question with a known answer (L28): the root of 256 entries, of which entry <c>i</c> is <c>i</c> bytes of the value
/// <c>i</c>. It leads through every kind of padding, through lanes that end at different times, and through nodes.
/// </summary>
internal static class HashKnownAnswer
{
    private const int Count = 256;

    /// <summary>Computed with another implementation of SHA-256.</summary>
    private static ReadOnlySpan<byte> Root =>
    [
        0x0b, 0x7c, 0x50, 0x1f, 0xe5, 0x8b, 0x0d, 0x92, 0x45, 0x45, 0xfa, 0x20, 0x89, 0xa9, 0xc5, 0x15,
        0x84, 0x2f, 0x67, 0xd6, 0xb9, 0xf6, 0x1f, 0x96, 0x5b, 0x34, 0x44, 0x67, 0x4f, 0x2e, 0x76, 0x91,
    ];

    /// <summary>Whether a hasher gives the answer.</summary>
    public static bool IsGivenBy(BatchHasher hasher)
    {
        var bytes = new byte[Count * (Count - 1) / 2];
        var entries = new Range[Count];
        for (int i = 0, start = 0; i < Count; start += i, i++)
        {
            entries[i] = start..(start + i);
            bytes.AsSpan(entries[i]).Fill((byte)i);
        }

        var leaves = new MerkleHash[Count];
        hasher.HashLeaves(bytes, entries, leaves);
        return hasher.HashCompleteSubtree(leaves) == new MerkleHash(Root);
    }
}
