using System.Buffers;
using System.Runtime.CompilerServices;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;
using Microsoft.Win32.SafeHandles;

namespace ImmutableAudit.Storage;

/// <summary>What <see cref="LogFiles"/> reads, read at once: the same files, the same rules.</summary>
internal sealed class LocalLogFiles(ILocalFileSource files) : ILocalFiles
{
    /// <summary>How much longer than the average the entries in front of one may be, together, before more must be read.</summary>
    private const int Slack = 4096, QuarterSlack = 1024;

    public bool TryReadTile(TileCoordinate tile, Span<byte> destination) =>
        TryReadFile(tile, destination) || (tile.IsPartial && TryReadFile(tile.Full, destination));

    public bool TryReadTilePart(TileCoordinate tile, int from, Span<byte> destination) =>
        files.Read(tile.Path, from * MerkleHash.Size, destination) == destination.Length;

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

    public byte[]? TryReadEntry(EntryBundleCoordinate bundle, int position, Range quarter)
    {
        int start = quarter.Start.Value, length = quarter.End.Value - start;
        var share = (int)Math.Min(length, ((long)length * (position + 1) / TileNodes.QuarterWidth) + QuarterSlack);
        var buffer = ArrayPool<byte>.Shared.Rent(share);
        try
        {
            var bytes = buffer.AsSpan(0, share);
            return files.Read(bundle.Path, start, bytes) == share && EntryBundle.TryFind(bytes, position, out var entry)
                ? entry.ToArray()
                : null;
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

    /// <summary>Where quarters begin, up to the one that holds an entry; and where the last one ends.</summary>
    private static void FindBorders(ReadOnlySpan<byte> bundle, int position, int whole, Span<int> borders)
    {
        if (borders.IsEmpty)
        {
            return;
        }

        for (var quarter = 1; quarter <= position / TileNodes.QuarterWidth; quarter++)
        {
            borders[quarter - 1] = EntryBundle.LengthOf(bundle, quarter * TileNodes.QuarterWidth);
        }

        borders[^1] = whole;
    }

    [SkipLocalsInit]
    private bool TryReadFile(TileCoordinate tile, Span<byte> destination)
    {
        // One byte more shows a file that is too long.
        var length = tile.Width * MerkleHash.Size;
        Span<byte> bytes = stackalloc byte[(TileCoordinate.FullWidth * MerkleHash.Size) + 1];
        var read = files.Read(tile.Path, 0, bytes[..(length + 1)]);
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

    private SafeFileHandle? Open(EntryBundleCoordinate bundle, out EntryBundleCoordinate found)
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

    private int LengthOf(SafeFileHandle file, EntryBundleCoordinate bundle)
    {
        var length = LengthOf(file, bundle.Path);
        return LogFiles.IsLengthOf(bundle, length) ? (int)length : throw LogFiles.WrongLength(files.Locate(bundle.Path), bundle, length);
    }

    private long LengthOf(SafeFileHandle file, string path)
    {
        try
        {
            return RandomAccess.GetLength(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw LogFiles.Unreadable(files.Locate(path), e);
        }
    }

    private void Read(SafeFileHandle file, string path, int offset, Span<byte> destination)
    {
        try
        {
            while (destination.Length > 0)
            {
                var read = RandomAccess.Read(file, destination, offset);
                if (read == 0)
                {
                    throw new AuditFormatException($"'{files.Locate(path)}' became shorter while it was read.");
                }

                offset += read;
                destination = destination[read..];
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw LogFiles.Unreadable(files.Locate(path), e);
        }
    }
}
