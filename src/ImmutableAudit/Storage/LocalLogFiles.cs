using System.Buffers;
using System.Runtime.CompilerServices;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage;

/// <summary>What <see cref="LogFiles"/> reads, read at once: the same files, the same rules.</summary>
internal sealed class LocalLogFiles(ILocalFileSource files) : ILocalFiles
{
    /// <summary>How much longer than the average the entries in front of one may be, together, before more must be read.</summary>
    private const int PartSlack = 512, Slack = PartSlack * TileCoordinate.FullWidth / TileNodes.PartWidth;

    public bool TryReadTile(TileCoordinate tile, Span<byte> destination) =>
        TryReadFile(tile, destination) || (tile.IsPartial && TryReadFile(tile.Full, destination));

    public bool TryReadTilePart(TileCoordinate tile, int from, Span<byte> destination) =>
        files.Read(tile.Path, from * MerkleHash.Size, destination, destination.Length) == destination.Length;

    public bool TryReadEntryBundle(EntryBundleCoordinate bundle, ref byte[] buffer, out int length)
    {
        length = 0;
        using var file = Open(bundle, out var found);
        if (file is null)
        {
            return false;
        }

        var whole = LengthOf(file, found);
        buffer = buffer.Length < whole ? new byte[whole] : buffer;
        Read(file, found.Path, 0, buffer.AsSpan(0, whole));
        length = found.Width == bundle.Width ? whole : EntryBundle.LengthOf(buffer.AsSpan(0, whole), bundle.Width);
        return length >= 0 ? true : throw LogFiles.EndsEarly(files.Locate(found.Path), bundle.Width);
    }

    public byte[]? TryReadEntry(EntryBundleCoordinate bundle, int position, Span<int> borders)
    {
        // Others may find out more meanwhile: each is looked at once.
        int part = position / TileNodes.PartWidth, from = part, start = 0, end = borders[part], entries = TileNodes.PartWidth;
        for (; from > 0 && (start = borders[from - 1]) == 0; from--)
        {
        }

        if (end <= start || from < part)
        {
            (end, entries) = (borders[^1], TileCoordinate.FullWidth - (from * TileNodes.PartWidth));
        }

        if (end <= start)
        {
            return null;
        }

        position -= from * TileNodes.PartWidth;
        var share = (int)Math.Min(end - start, ((long)(end - start) * (position + 1) / entries) + (PartSlack * entries / TileNodes.PartWidth));
        var buffer = ArrayPool<byte>.Shared.Rent(share);
        try
        {
            var bytes = buffer.AsSpan(0, share);
            if (files.Read(bundle.Path, start, bytes, share) != share || !EntryBundle.TryFind(bytes, position, out var entry))
            {
                return null;
            }

            for (var next = from + 1; next <= part; next++)
            {
                borders[next - 1] = start + EntryBundle.LengthOf(bytes, (next - from) * TileNodes.PartWidth);
            }

            return entry.ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public byte[]? ReadEntry(EntryBundleCoordinate bundle, int position, Span<int> borders)
    {
        using var file = Open(bundle, out var found);
        if (file is null)
        {
            return null;
        }

        // Where an entry begins, only the lengths of those in front of it tell: its share of the bundle is read first.
        var whole = LengthOf(file, found);
        var share = (int)Math.Min(whole, ((long)whole * (position + 1) / found.Width) + Slack);
        var buffer = ArrayPool<byte>.Shared.Rent(share);
        try
        {
            for (int filled = 0; ; (filled, share) = (share, whole))
            {
                if (buffer.Length < share)
                {
                    var longer = ArrayPool<byte>.Shared.Rent(share);
                    buffer.AsSpan(0, filled).CopyTo(longer);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = longer;
                }

                Read(file, found.Path, filled, buffer.AsSpan(filled, share - filled));
                if (EntryBundle.TryFind(buffer.AsSpan(0, share), position, out var entry))
                {
                    FindBorders(buffer.AsSpan(0, share), position, whole, borders);
                    return entry.ToArray();
                }

                if (share == whole)
                {
                    throw LogFiles.EndsEarly(files.Locate(found.Path), position + 1);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Where parts begin, up to the one that holds an entry; and where the last one ends.</summary>
    private static void FindBorders(ReadOnlySpan<byte> bundle, int position, int whole, Span<int> borders)
    {
        if (borders.IsEmpty)
        {
            return;
        }

        for (var part = 1; part <= position / TileNodes.PartWidth; part++)
        {
            borders[part - 1] = EntryBundle.LengthOf(bundle, part * TileNodes.PartWidth);
        }

        borders[^1] = whole;
    }

    [SkipLocalsInit]
    private bool TryReadFile(TileCoordinate tile, Span<byte> destination)
    {
        // One byte more shows a file that is too long.
        var length = tile.Width * MerkleHash.Size;
        Span<byte> bytes = stackalloc byte[(TileCoordinate.FullWidth * MerkleHash.Size) + 1];
        var read = files.Read(tile.Path, 0, bytes[..(length + 1)], length);
        if (read < 0)
        {
            return false;
        }

        if (read != length)
        {
            throw LogFiles.WrongLength(files.Locate(tile.Path), tile, read);
        }

        bytes[..Math.Min(destination.Length, length)].CopyTo(destination);
        return true;
    }

    private ILocalFile? Open(EntryBundleCoordinate bundle, out EntryBundleCoordinate found)
    {
        found = bundle;
        var file = files.Open(bundle.Path);
        if (file is null && bundle.IsPartial)
        {
            found = bundle.Full;
            file = files.Open(found.Path);
        }

        return file;
    }

    private int LengthOf(ILocalFile file, EntryBundleCoordinate bundle)
    {
        var length = file.Length;
        return LogFiles.IsLengthOf(bundle, length) ? (int)length : throw LogFiles.WrongLength(files.Locate(bundle.Path), bundle, length);
    }

    private void Read(ILocalFile file, string path, int offset, Span<byte> destination)
    {
        if (file.Read(offset, destination, destination.Length) < destination.Length)
        {
            throw new AuditFormatException($"'{files.Locate(path)}' became shorter while it was read.");
        }
    }
}
