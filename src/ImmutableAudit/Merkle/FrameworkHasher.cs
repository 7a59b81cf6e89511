namespace ImmutableAudit.Merkle;

/// <summary>One hash after the other, by the framework's SHA-256 alone.</summary>
internal sealed class FrameworkHasher : BatchHasher
{
    public override void HashLeaves(ReadOnlySpan<byte> bytes, ReadOnlySpan<Range> entries, Span<MerkleHash> leaves)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            leaves[i] = TreeHasher.HashLeaf(bytes[entries[i]]);
        }
    }

    public override void HashNodes(ReadOnlySpan<MerkleHash> children, Span<MerkleHash> parents)
    {
        for (var i = 0; i < parents.Length; i++)
        {
            parents[i] = TreeHasher.HashNode(children[2 * i], children[(2 * i) + 1]);
        }
    }

    public override string ToString() => "framework";
}
