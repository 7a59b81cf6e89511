using System.Buffers;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// The growing end of the tiled log: the partial tiles and the partial bundle, and the files that became full since they
/// were last handed out.
/// </summary>
internal sealed class RightEdge
{
    /// <summary>Files that are made durable together, ...</summary>
    private const int GroupSize = 64;

    /// <summary>... or fewer, where they are large: what waits for it is held in memory.</summary>
    private const int GroupBytes = 4 * 1024 * 1024;

    private readonly TileBuilder _tiles;
    private readonly ArrayBufferWriter<byte> _bundle = new();
    private readonly List<DurableWriter.NewFile> _full = [];
    private readonly List<byte[]> _rented = [];
    private readonly FullTileHandler _onFullTile;
    private long _fullBytes;

    private RightEdge(TileBuilder tiles, ReadOnlySpan<byte> bundle)
    {
        _tiles = tiles;
        _bundle.Write(bundle);
        _onFullTile = (tile, bytes) => AddFull(tile.Path, bytes);
    }

    public long Size => _tiles.Size;

    /// <summary>Whether so much has become full that it should be written before more is appended.</summary>
    public bool HasGroup => _full.Count >= GroupSize || _fullBytes >= GroupBytes;

    /// <summary>Takes up the edge of what is published, and makes sure that it is that.</summary>
    /// <exception cref="AuditLogCorruptException">It is not.</exception>
    public static async ValueTask<RightEdge> LoadAsync(ILogReader log, CompactRange published, CancellationToken cancellationToken)
    {
        try
        {
            var edge = await LoadAsync(log, published.Size, cancellationToken).ConfigureAwait(false);
            if (edge.ToCompactRange().Root() == published.Root())
            {
                return edge;
            }
        }
        catch (AuditFormatException e)
        {
            throw new AuditLogCorruptException($"The tiles do not hold the {published.Size} entries that are published: {e.Message} Nothing was changed. Verify the log.", e);
        }

        throw new AuditLogCorruptException($"The tiles do not add up to the root of the {published.Size} entries that are published. Nothing was changed. Verify the log.");
    }

    /// <summary>Appends entries.</summary>
    /// <param name="entries">The entries, one after the other as in a bundle.</param>
    /// <param name="leaves">Their hashes.</param>
    public void Append(ReadOnlySpan<byte> entries, ReadOnlySpan<MerkleHash> leaves)
    {
        while (!leaves.IsEmpty)
        {
            var count = (int)Math.Min(leaves.Length, TileCoordinate.FullWidth - (Size % TileCoordinate.FullWidth));
            var length = EntryBundle.LengthOf(entries, count);
            _bundle.Write(entries[..length]);
            foreach (var leaf in leaves[..count])
            {
                _tiles.Append(leaf, _onFullTile);
            }

            if (Size % TileCoordinate.FullWidth == 0)
            {
                var bundle = new EntryBundleCoordinate((Size / TileCoordinate.FullWidth) - 1);
                AddFull(bundle.Path, _bundle.WrittenSpan);
                _bundle.ResetWrittenCount();
            }

            entries = entries[length..];
            leaves = leaves[count..];
        }
    }

    /// <summary>Makes durable what has become full. Where that fails, the edge has to be loaded again.</summary>
    public void WriteFull(DurableWriter writer)
    {
        if (_full.Count > 0)
        {
            writer.Write(_full);
            _full.Clear();
            _fullBytes = 0;
            _rented.ForEach(rented => ArrayPool<byte>.Shared.Return(rented));
            _rented.Clear();
        }
    }

    /// <summary>The partial files that a checkpoint of the present size needs.</summary>
    public List<DurableWriter.NewFile> Partials()
    {
        var files = _tiles.Partials().Select(partial => new DurableWriter.NewFile(partial.Tile.Path, partial.Bytes, Sealed: false)).ToList();
        if (_bundle.WrittenCount > 0)
        {
            files.Add(new DurableWriter.NewFile(EntryBundleCoordinate.Holding(Size - 1, Size).Path, _bundle.WrittenSpan.ToArray(), Sealed: false));
        }

        return files;
    }

    public CompactRange ToCompactRange() => _tiles.ToCompactRange();

    /// <summary>Takes up the edge of a log of this size from its stored partial tiles and bundle.</summary>
    private static async ValueTask<RightEdge> LoadAsync(ILogReader log, long size, CancellationToken cancellationToken)
    {
        var partials = new Dictionary<TileCoordinate, ReadOnlyMemory<byte>>();
        foreach (var tile in TileBuilder.PartialTilesOf(size))
        {
            partials[tile] = await log.ReadTileAsync(tile, cancellationToken).ConfigureAwait(false) ?? throw Missing(tile.Path);
        }

        ReadOnlyMemory<byte> bundle = default;
        if (size % TileCoordinate.FullWidth > 0)
        {
            var coordinate = EntryBundleCoordinate.Holding(size - 1, size);
            bundle = await log.ReadEntryBundleAsync(coordinate, cancellationToken).ConfigureAwait(false) ?? throw Missing(coordinate.Path);
            CheckBundle(coordinate, bundle.Span, partials[new TileCoordinate(0, coordinate.Index, coordinate.Width)].Span);
        }

        return new RightEdge(TileBuilder.Resume(size, partials), bundle.Span);
    }

    private void AddFull(string path, ReadOnlySpan<byte> bytes)
    {
        var rented = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(rented);
        _rented.Add(rented);
        _full.Add(new DurableWriter.NewFile(path, rented.AsMemory(0, bytes.Length), Sealed: true));
        _fullBytes += bytes.Length;
    }

    /// <summary>The next full bundle will repeat these entries: they must be those that were signed.</summary>
    private static void CheckBundle(EntryBundleCoordinate coordinate, ReadOnlySpan<byte> bundle, ReadOnlySpan<byte> tile)
    {
        var rest = bundle;
        Span<MerkleHash> leaves = stackalloc MerkleHash[coordinate.Width];
        if (EntryBundle.HashEntries(ref rest, leaves, BatchHasher.Fastest) < leaves.Length || !leaves.SequenceEqual(Tile.Hashes(tile)))
        {
            throw new AuditLogCorruptException(
                $"The entry bundle '{coordinate.Path}' does not hold the entries that its tile was made from. Nothing was changed. Verify the log, and restore the file.");
        }

        if (!rest.IsEmpty)
        {
            throw new AuditLogCorruptException($"The entry bundle '{coordinate.Path}' is longer than its {coordinate.Width} entries. Nothing was changed.");
        }
    }

    private static AuditLogCorruptException Missing(string path) =>
        new($"The file '{path}' is gone, though the checkpoint needs it. Nothing was changed. Verify the log, and restore the file.");
}
