using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// One export. The tree is gone through from the signed root downwards, so that nothing is written that was not signed: the right edge makes
/// up the root, each tile is held against the one above it, and each entry bundle against the tile of level 1. Memory does not grow with the log.
/// </summary>
internal sealed class Exporter(ILogReader log, string directory, LogExportOptions options, IFileOperations files)
{
    /// <summary>Files that are made durable together, ...</summary>
    private const int GroupSize = 128;

    /// <summary>... or fewer, where they are large: one group is written while the next is gathered.</summary>
    private const int GroupBytes = 16 * 1024 * 1024;

    private readonly TreeReader _reader = new(log);
    private string _origin = "";
    private long _size;
    private long _fetched;

    public async Task<LogExportResult> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var latest = (await LogSnapshot.LatestAsync(log, cancellationToken).ConfigureAwait(false)).Checkpoint;
            (_origin, _size) = (Printable.Of(latest.Checkpoint.Origin), latest.Checkpoint.Size);
            var signers = Verify(latest, "The log's checkpoint", options.Origin);
            using var target = await ExportTarget.ClaimAsync(files, directory, latest.Checkpoint.Origin, cancellationToken).ConfigureAwait(false);
            var tree = new SignedTree(_reader, latest.Checkpoint, new TileCache());
            await CheckExtendsAsync(tree, latest.Checkpoint, target.Published, "exported", cancellationToken).ConfigureAwait(false);
            await CheckExtendsAsync(tree, latest.Checkpoint, target.Begun, "begun to be exported", cancellationToken).ConfigureAwait(false);
            await ExportAsync(target, tree, latest, cancellationToken).ConfigureAwait(false);
            return new LogExportResult { Checkpoint = latest, Signers = signers, Earlier = target.Published, Fetched = _fetched };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AuditLogException(
                $"The directory '{directory}' cannot be written to: {e.Message} Mend the cause and export again: it goes on where it stopped.", e);
        }
    }

    private async Task ExportAsync(ExportTarget target, SignedTree tree, SignedCheckpoint latest, CancellationToken cancellationToken)
    {
        var published = target.Published?.Checkpoint.Size ?? 0;
        var isChecked = options.Recheck ? 0 : published;
        if (target.Begun is { Checkpoint.Size: var begun } && begun > published && begun < _size)
        {
            // What was begun is finished first: of each size that partial files were written for, it is known so when they are to go.
            await ExportAsync(target, tree, target.Begun, published, isChecked, cancellationToken).ConfigureAwait(false);
            published = isChecked = begun;
        }

        await ExportAsync(target, tree, latest, published, isChecked, cancellationToken).ConfigureAwait(false);
        options.Progress?.Report(new LogExportProgress(_size, _size));
    }

    /// <summary>Exports the log as of one checkpoint (LOG.md L22: full files, partial files, checkpoint).</summary>
    /// <param name="target">The directory.</param>
    /// <param name="tree">The log as it is published now: what it was earlier is the beginning of that.</param>
    /// <param name="goal">The checkpoint.</param>
    /// <param name="published">The size that the directory's checkpoint is of.</param>
    /// <param name="isChecked">The size up to which full files need not be looked at.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    private async Task ExportAsync(
        ExportTarget target, SignedTree tree, SignedCheckpoint goal, long published, long isChecked, CancellationToken cancellationToken)
    {
        var size = goal.Checkpoint.Size;
        List<DurableWriter.NewFile> partials = size > 0 ? await PartialsAsync(tree, size, cancellationToken).ConfigureAwait(false) : [];

        // Not before: what is begun has to be finished some day, and what does not add up to its root never is.
        target.Begin(goal);
        await WriteFullAsync(target, tree, isChecked / TileCoordinate.FullWidth, size / TileCoordinate.FullWidth, cancellationToken).ConfigureAwait(false);

        // While the earlier checkpoint is there still: who dies here does it again. Readers take the full files meanwhile (LOG.md L14).
        new PartialSweeper(files, directory, NullLogger.Instance).Sweep(published, size);
        if (partials.Count > 0)
        {
            target.Writer.Write(partials);
        }

        cancellationToken.ThrowIfCancellationRequested();
        target.Publish(goal);
    }

    private async Task WriteFullAsync(
        ExportTarget target, SignedTree tree, long first, long count, CancellationToken cancellationToken)
    {
        var kept = target.HasTiles ? target : null;
        var group = new List<DurableWriter.NewFile>(GroupSize);
        var (index, bytes) = (first, 0L);
        var writing = Task.CompletedTask;
        Report(first);
        try
        {
            var bundles = InOrder.RunAsync(
                count - first, 1, options.MaxDegreeOfParallelism, (next, _, stop) => GetAsync(kept, tree, first + next, stop), cancellationToken);
            await foreach (var found in bundles.ConfigureAwait(false))
            {
                cancellationToken.ThrowIfCancellationRequested();
                group.AddRange(found);
                bytes += found.Sum(file => file.Bytes.Length);
                index++;
                await AddUpperTilesAsync(group, tree, index, cancellationToken).ConfigureAwait(false);
                if (group.Count >= GroupSize || bytes >= GroupBytes)
                {
                    await writing.ConfigureAwait(false);
                    writing = WriteAsync(target.Writer, group, index);
                    (group, bytes) = (new List<DurableWriter.NewFile>(GroupSize), 0);
                }
            }

            await writing.ConfigureAwait(false);
            writing = group.Count > 0 ? WriteAsync(target.Writer, group, index) : Task.CompletedTask;
            await writing.ConfigureAwait(false);
        }
        finally
        {
            // Nothing is written any more once the directory is given back.
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task WriteAsync(DurableWriter writer, List<DurableWriter.NewFile> group, long bundles) => Task.Run(() =>
    {
        writer.Write(group);
        Report(bundles);
    });

    private void Report(long bundles) => options.Progress?.Report(new LogExportProgress(bundles * TileCoordinate.FullWidth, _size));

    /// <summary>A full bundle and its tile: what is there already, if it is what was signed, or else what the log has.</summary>
    private async Task<DurableWriter.NewFile[]> GetAsync(ExportTarget? kept, SignedTree tree, long index, CancellationToken cancellationToken)
    {
        var bundle = new EntryBundleCoordinate(index);
        var leaves = new MerkleHash[bundle.Width];
        if (kept is not null && await kept.ReadAsync(bundle, cancellationToken).ConfigureAwait(false) is { } found
            && TryHash(found.Span, leaves) && await IsSignedAsync(tree, bundle, leaves, cancellationToken).ConfigureAwait(false))
        {
            return Files(bundle, found, leaves);
        }

        var fetched = await FetchAsync(tree, bundle, leaves, cancellationToken).ConfigureAwait(false);
        return Files(bundle, fetched, leaves);
    }

    /// <summary>Reads a bundle of the log, and what its entries hash to; it is what was signed.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> FetchAsync(
        SignedTree tree, EntryBundleCoordinate bundle, MerkleHash[] leaves, CancellationToken cancellationToken)
    {
        var bytes = await _reader.ReadBundleAsync(bundle, cancellationToken).ConfigureAwait(false);
        if (!TryHash(bytes.Span, leaves))
        {
            _ = TreeReader.Split(bundle, bytes); // Says what is wrong.
        }

        if (!await IsSignedAsync(tree, bundle, leaves, cancellationToken).ConfigureAwait(false))
        {
            throw await NotSignedAsync(tree, bundle, leaves, cancellationToken).ConfigureAwait(false);
        }

        Interlocked.Add(ref _fetched, bundle.Width);
        return bytes;
    }

    /// <summary>The partial tiles and the partial bundle of a size: the beginnings of what the log has there now.</summary>
    private async ValueTask<List<DurableWriter.NewFile>> PartialsAsync(SignedTree tree, long size, CancellationToken cancellationToken)
    {
        var partials = new List<DurableWriter.NewFile>();
        foreach (var tile in TileBuilder.PartialTilesOf(size))
        {
            var found = await tree.TileAsync(TileCoordinate.At(tile.Level, tile.Index, _size), cancellationToken).ConfigureAwait(false);
            partials.Add(new DurableWriter.NewFile(tile.Path, Tile.ToBytes(found.Hashes.Span[..tile.Width]), Sealed: false));
        }

        if (size % TileCoordinate.FullWidth > 0)
        {
            var (bundle, found) = (EntryBundleCoordinate.Holding(size - 1, size), EntryBundleCoordinate.Holding(size - 1, _size));
            var bytes = await FetchAsync(tree, found, new MerkleHash[found.Width], cancellationToken).ConfigureAwait(false);
            partials.Add(new DurableWriter.NewFile(bundle.Path, bytes[..EntryBundle.LengthOf(bytes.Span, bundle.Width)], Sealed: false));
        }

        return partials;
    }

    /// <summary>The tiles above the lowest level that so many bundles fill, if the last of them does.</summary>
    private static async ValueTask AddUpperTilesAsync(
        List<DurableWriter.NewFile> group, SignedTree tree, long bundles, CancellationToken cancellationToken)
    {
        for (var level = 1; bundles % TileCoordinate.FullWidth == 0; level++)
        {
            bundles /= TileCoordinate.FullWidth;
            var tile = await tree.TileAsync(new TileCoordinate(level, bundles - 1), cancellationToken).ConfigureAwait(false);
            group.Add(new DurableWriter.NewFile(tile.Coordinate.Path, Tile.ToBytes(tile.Hashes.Span), Sealed: true));
        }
    }

    private static DurableWriter.NewFile[] Files(EntryBundleCoordinate bundle, ReadOnlyMemory<byte> bytes, MerkleHash[] leaves) =>
    [
        new(bundle.Path, bytes, Sealed: true),
        new(new TileCoordinate(0, bundle.Index).Path, Tile.ToBytes(leaves), Sealed: true),
    ];

    /// <summary>Hashes the entries of a bundle; <see langword="false"/> where they are not as many as there should be, and nothing else.</summary>
    private static bool TryHash(ReadOnlySpan<byte> bundle, MerkleHash[] leaves) =>
        EntryBundle.HashEntries(ref bundle, leaves, BatchHasher.Fastest) == leaves.Length && bundle.IsEmpty;

    private static ValueTask<bool> IsSignedAsync(
        SignedTree tree, EntryBundleCoordinate bundle, MerkleHash[] leaves, CancellationToken cancellationToken) =>
        tree.HoldsAsync(bundle, (MerkleHash[])leaves.Clone(), cancellationToken); // It overwrites them.

    /// <summary>Names the entry, where the tile of the lowest level is what was signed.</summary>
    private async ValueTask<AuditLogCorruptException> NotSignedAsync(
        SignedTree tree, EntryBundleCoordinate bundle, MerkleHash[] leaves, CancellationToken cancellationToken)
    {
        var what = $"One of the entries {bundle.FirstEntry} to {bundle.FirstEntry + bundle.Width - 1}";
        try
        {
            var stored = new MerkleHash[bundle.Width];
            await _reader.ReadTileAsync(new TileCoordinate(0, bundle.Index, bundle.Width), bundle.FirstEntry + bundle.Width, stored, cancellationToken).ConfigureAwait(false);
            if (await IsSignedAsync(tree, bundle, stored, cancellationToken).ConfigureAwait(false))
            {
                what = $"Entry {bundle.FirstEntry + stored.AsSpan().CommonPrefixLength(leaves)}";
            }
        }
        catch (AuditException)
        {
            // Then it is one of them.
        }

        return new AuditLogCorruptException(
            $"{what} of the log '{_origin}', in '{bundle.Path}', is not what was signed. It was not exported, and no checkpoint was written. "
            + "Verify the log to see what was changed.");
    }

    private IReadOnlyList<INoteVerifier> Verify(SignedCheckpoint checkpoint, string name, string? origin)
    {
        if (options.Keys.Count > 0)
        {
            return checkpoint.TryVerify(origin, options.Keys, out var signers, out var reason)
                ? signers
                : throw new AuditSignatureException($"{name} is not to be trusted. {reason}");
        }

        return origin is null || origin == checkpoint.Checkpoint.Origin
            ? []
            : throw new AuditSignatureException($"{name} is of '{Printable.Of(checkpoint.Checkpoint.Origin)}', not of '{Printable.Of(origin)}'.");
    }

    /// <summary>What was exported, or begun, must be the beginning of what is exported now.</summary>
    private async ValueTask CheckExtendsAsync(
        SignedTree tree, Checkpoint head, SignedCheckpoint? earlier, string what, CancellationToken cancellationToken)
    {
        if (earlier is not { Checkpoint: { Size: var size, Root: var root } })
        {
            return;
        }

        Verify(earlier, $"The checkpoint of size {size} in '{directory}'", head.Origin);
        if (size > head.Size)
        {
            throw new AuditLogRollbackException(
                $"The log '{_origin}' has {head.Size} entries, but {size} were {what} to '{directory}' earlier: it was put back or cut off, or is an older copy. Nothing was changed.");
        }

        if (await RootAtAsync(tree, head, size, cancellationToken).ConfigureAwait(false) != root)
        {
            throw new AuditLogRollbackException(
                $"The log '{_origin}' of {head.Size} entries does not begin with the {size} that were {what} to '{directory}' earlier: its history is another. Nothing was changed.");
        }
    }

    /// <summary>The root that the log had at an earlier size, from tiles that lead to the signed one.</summary>
    private static async ValueTask<MerkleHash> RootAtAsync(SignedTree tree, Checkpoint head, long size, CancellationToken cancellationToken)
    {
        if (size == head.Size)
        {
            return head.Root;
        }

        var nodes = new List<MerkleHash>();
        foreach (var node in NodeId.ForRange(0, size))
        {
            var tile = await tree.TileAsync(TileCoordinate.Holding(node, head.Size), cancellationToken).ConfigureAwait(false);
            var (level, width) = (node.Level % 8, TileCoordinate.FullWidth >> (node.Level % 8));
            nodes.Add(tile.Node(level, (int)(node.Index % width)));
        }

        return new CompactRange(size, nodes.ToArray()).Root();
    }
}
