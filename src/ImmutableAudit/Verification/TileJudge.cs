using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Verification;

/// <summary>Of two hashes for the same place, the one that was signed.</summary>
internal enum TileVerdict
{
    /// <summary>Neither could be led to the signed root.</summary>
    Neither,

    /// <summary>The one that the tile holds: what it is a hash of was altered.</summary>
    StoredIsSigned,

    /// <summary>The one that was computed from below: the tile was altered.</summary>
    ComputedIsSigned,
}

/// <summary>
/// Where a tile and what it was made from disagree, finds out which of them was altered: it leads each to the signed root
/// along the other tiles. Disagreement alone shows only that one of them was.
/// </summary>
internal sealed class TileJudge(ILogReader log, long size, MerkleHash root, BatchHasher hasher)
{
    private readonly TreeReader _tree = new(log, hasher);

    /// <summary>Judges the hashes at one place of a tile.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="slot">The place where the two differ.</param>
    /// <param name="stored">All hashes that the tile holds.</param>
    /// <param name="computed">All hashes that were computed from below; shorter than the tile where that was not possible.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<TileVerdict> JudgeAsync(
        TileCoordinate tile, int slot, MerkleHash[] stored, MerkleHash[] computed, CancellationToken cancellationToken)
    {
        if (await IsSignedAsync(tile, slot, stored, cancellationToken).ConfigureAwait(false))
        {
            return TileVerdict.StoredIsSigned;
        }

        return computed.Length == tile.Width && await IsSignedAsync(tile, slot, computed, cancellationToken).ConfigureAwait(false)
            ? TileVerdict.ComputedIsSigned
            : TileVerdict.Neither;
    }

    private async ValueTask<bool> IsSignedAsync(
        TileCoordinate tile, int slot, MerkleHash[] hashes, CancellationToken cancellationToken)
    {
        var bottom = 8 * tile.Level;
        var node = (tile.Index * TileCoordinate.FullWidth) + slot;
        var plan = ProofPlan.Inclusion(node << bottom, size);
        var elsewhere = plan.Nodes.Where(sibling => !IsWithin(tile, sibling)).ToArray();
        MerkleHash[] read;
        try
        {
            read = await _tree.NodeHashesAsync(elsewhere, size, cancellationToken).ConfigureAwait(false);
        }
        catch (AuditFormatException)
        {
            // Another tile is damaged or gone too: this one cannot be judged.
            return false;
        }

        var next = 0;
        var siblings = new MerkleHash[plan.Nodes.Count];
        for (var i = 0; i < siblings.Length; i++)
        {
            siblings[i] = IsWithin(tile, plan.Nodes[i]) ? Tile.NodeHash(Tile.ToBytes(hashes), plan.Nodes[i], hasher) : read[next++];
        }

        // Above the tile's lowest level the tree is that of an entry for each of its complete subtrees, the rest at the end counting
        // as one: the proof of a node is that of any entry below it without the steps that lead up to the node.
        var proof = plan.Assemble(siblings).AsSpan(bottom);
        return MerkleProof.VerifyInclusion(hashes[slot], node, ((size - 1) >> bottom) + 1, proof, root);
    }

    private static bool IsWithin(TileCoordinate tile, NodeId node) =>
        node.Level / 8 == tile.Level && (node.Index << (node.Level % 8)) / TileCoordinate.FullWidth == tile.Index;
}
