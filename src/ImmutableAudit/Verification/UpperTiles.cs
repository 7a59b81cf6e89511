using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Verification;

/// <summary>Builds the tiles of level 1 and above anew from the roots of the full bundles, and compares each with the log's.</summary>
internal sealed class UpperTiles(ILogReader log, long size, long notRead, TileJudge judge, BatchHasher hasher)
{
    // What is a leaf to this builder is a full bundle: its tiles are one level lower than the log's.
    private readonly TileBuilder _builder = new(hasher);
    private readonly List<(TileCoordinate Tile, byte[] Bytes)> _full = [];

    /// <summary>Takes the root of the next full bundle, and compares the tiles that it fills.</summary>
    public async ValueTask<VerificationFailure?> AppendAsync(MerkleHash root, CancellationToken cancellationToken)
    {
        _builder.Append(root, (tile, bytes) => _full.Add((tile, bytes.ToArray())));
        if (_full.Count == 0)
        {
            return null;
        }

        var failure = await CompareAsync(_full, cancellationToken).ConfigureAwait(false);
        _full.Clear();
        return failure;
    }

    /// <summary>Compares the partial tiles at the end.</summary>
    public ValueTask<VerificationFailure?> FinishAsync(CancellationToken cancellationToken) =>
        CompareAsync(_builder.Partials(), cancellationToken);

    private async ValueTask<VerificationFailure?> CompareAsync(
        IEnumerable<(TileCoordinate Tile, byte[] Bytes)> computed, CancellationToken cancellationToken)
    {
        foreach (var (below, bytes) in computed)
        {
            var tile = new TileCoordinate(below.Level + 1, below.Index, below.Width);
            if (await CompareAsync(tile, bytes, cancellationToken).ConfigureAwait(false) is { } failure)
            {
                return failure;
            }
        }

        return null;
    }

    private async ValueTask<VerificationFailure?> CompareAsync(
        TileCoordinate tile, byte[] computed, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>? read;
        try
        {
            read = await log.ReadTileAsync(tile, cancellationToken).ConfigureAwait(false);
        }
        catch (AuditFormatException e)
        {
            return Failures.Malformed(tile.Path, e.Message);
        }

        if (read is not { } stored)
        {
            return Failures.Missing(tile.Path, 0, size);
        }

        if (stored.Length != computed.Length)
        {
            return Failures.WrongLength(tile, stored.Length);
        }

        var slot = stored.Span.CommonPrefixLength(computed) / MerkleHash.Size;
        return slot == tile.Width ? null : await JudgeAsync(tile, slot, stored, computed, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<VerificationFailure> JudgeAsync(
        TileCoordinate tile, int slot, ReadOnlyMemory<byte> stored, byte[] computed, CancellationToken cancellationToken)
    {
        var (inTile, fromBelow) = (Tile.Hashes(stored.Span).ToArray(), Tile.Hashes(computed).ToArray());
        var verdict = await judge.JudgeAsync(tile, slot, inTile, fromBelow, cancellationToken).ConfigureAwait(false);
        var count = 1L << (8 * tile.Level);
        var below = (tile.Index * TileCoordinate.FullWidth) + slot;
        return verdict == TileVerdict.StoredIsSigned && (below + 1) * count <= notRead
            ? Failures.TileBelow(new TileCoordinate(tile.Level - 1, below), fromBelow[slot], inTile[slot])
            : Failures.Node(tile, below * count, count, fromBelow[slot], inTile[slot], verdict);
    }
}
