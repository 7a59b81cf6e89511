namespace ImmutableAudit.Merkle;

/// <summary>
/// A question with a known answer (L28): the root of 256 entries, of which entry <c>i</c> is <c>i</c> bytes of the value
/// <c>i</c>. It leads through every kind of padding, through lanes that end at different times, and through nodes.
/// </summary>
internal static class HashKnownAnswer
{
    private const int Count = 256;

    /// <summary>Computed with another implementation of SHA-256.</summary>
    private static ReadOnlySpan<byte> Root => "C3xQH+WLDZJFRfogianFFYQvZ9a59h+WWzREZ08udpE="u8;

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
        return MerkleHash.TryParse(Root, out var root) && hasher.HashCompleteSubtree(leaves) == root;
    }
}
