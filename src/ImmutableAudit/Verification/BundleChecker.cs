using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using ImmutableAudit.Events;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Verification;

/// <summary>
/// Checks entry bundles one by one, in any order and in parallel: parses strictly, hashes every entry and compares it with
/// the level-0 tile, and sees that times are there and run forward.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="size">How many entries it has.</param>
/// <param name="notRead">How many bundles, from the first on, are not read: of these there is the tile alone.</param>
/// <param name="keep">The entries to keep.</param>
/// <param name="keepLeaves">The bundles whose leaf hashes are needed although nothing is wrong with them.</param>
/// <param name="visit">Whether the entries are to be decoded for a visitor.</param>
/// <param name="hasher">What hashes entries and nodes.</param>
internal sealed class BundleChecker(
    ILogReader log, long size, long notRead, IReadOnlySet<long> keep, IReadOnlySet<long> keepLeaves, bool visit, BatchHasher hasher)
{
    private readonly ILocalFiles? _local = (log as ILocalLog)?.Local;
    private readonly ConcurrentBag<Room> _idle = [];

    /// <summary>Checks bundles one after the other, up to the first with something wrong.</summary>
    /// <returns>What each was found to be; fewer than there are where something is wrong with the last of them.</returns>
    public async Task<List<BundleReport>> CheckAsync(long first, int count, CancellationToken cancellationToken)
    {
        var reports = new List<BundleReport>(count);
        var room = _idle.TryTake(out var idle) ? idle : new Room();
        for (var index = first; index < first + count && (reports.Count == 0 || !reports[^1].IsWrong); index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            reports.Add(await CheckAsync(index, room, cancellationToken).ConfigureAwait(false));
        }

        _idle.Add(room);
        return reports;
    }

    private async ValueTask<BundleReport> CheckAsync(long index, Room room, CancellationToken cancellationToken)
    {
        var report = new BundleReport(new EntryBundleCoordinate(index, TileCoordinate.WidthIn(size, 0, index)));
        var path = report.Bundle.Path;
        try
        {
            if (index >= notRead && !await ReadBundleAsync(report.Bundle, room, cancellationToken).ConfigureAwait(false))
            {
                report.Failure = Failures.Missing(path, report.Bundle.FirstEntry, size);
                return report;
            }

            path = report.Tile.Path;
            if (await ReadTileAsync(report.Tile, room, cancellationToken).ConfigureAwait(false) is not { } length)
            {
                report.Failure = Failures.Missing(path, report.Bundle.FirstEntry, size);
                return report;
            }

            if (length != report.Tile.Width * MerkleHash.Size)
            {
                report.Failure = Failures.WrongLength(report.Tile, length);
                return report;
            }

            if (index >= notRead)
            {
                Check(report, room);
            }
            else
            {
                Take(report, room.Stored);
            }
        }
        catch (AuditFormatException e)
        {
            report.Failure = Failures.Malformed(path, e.Message);
        }

        return report;
    }

    private async ValueTask<bool> ReadBundleAsync(EntryBundleCoordinate bundle, Room room, CancellationToken cancellationToken)
    {
        if (_local is not null)
        {
            return room.TryRead(_local, bundle);
        }

        var read = await log.ReadEntryBundleAsync(bundle, cancellationToken).ConfigureAwait(false);
        room.Bundle = read ?? default;
        return read is not null;
    }

    /// <summary>How many bytes the tile has, if it is there.</summary>
    private async ValueTask<int?> ReadTileAsync(TileCoordinate tile, Room room, CancellationToken cancellationToken)
    {
        if (_local is not null)
        {
            return _local.TryReadTile(tile, MemoryMarshal.AsBytes(room.Stored.AsSpan(0, tile.Width))) ? tile.Width * MerkleHash.Size : null;
        }

        var read = await log.ReadTileAsync(tile, cancellationToken).ConfigureAwait(false);
        if (read?.Length == tile.Width * MerkleHash.Size)
        {
            Tile.Hashes(read.Value.Span).CopyTo(room.Stored);
        }

        return read?.Length;
    }

    private void Check(BundleReport report, Room room)
    {
        // All are hashed, behind the first thing wrong too: all leaves are needed to find out which file it is wrong in.
        var (bundle, width) = (report.Bundle, report.Bundle.Width);
        var rest = room.Bundle.Span;
        var count = EntryBundle.HashEntries(ref rest, room.Leaves.AsSpan(0, width), hasher);
        ReadOnlySpan<MerkleHash> leaves = room.Leaves.AsSpan(0, count), stored = room.Stored.AsSpan(0, width);
        var same = MemoryMarshal.AsBytes(leaves).CommonPrefixLength(MemoryMarshal.AsBytes(stored)) / MerkleHash.Size;
        CheckEntries(report, room.Bundle.Span, same);
        if (!report.IsWrong && same < count)
        {
            report.Mismatch = same;
        }

        if (!report.IsWrong && count < width)
        {
            report.Failure = Failures.BundleEndsEarly(bundle, bundle.FirstEntry + count);
        }

        if (!report.IsWrong && !rest.IsEmpty)
        {
            report.Failure = Failures.BundleEndsLate(bundle, rest.Length);
        }

        if (report.IsWrong || keepLeaves.Contains(bundle.Index))
        {
            (report.Leaves, report.Stored) = (leaves.ToArray(), stored.ToArray());
        }

        if (!report.IsWrong && visit)
        {
            report.Entries = Decode(bundle, room.Bundle.Span, leaves);
        }

        // Last: it takes the leaves' room.
        if (!report.IsWrong && !bundle.IsPartial)
        {
            report.Root = hasher.HashCompleteSubtree(room.Leaves);
        }
    }

    /// <summary>Takes a tile's hashes for those of the entries. Whether they are the signed ones, the tiles above it and the root show.</summary>
    private void Take(BundleReport report, MerkleHash[] stored)
    {
        if (keepLeaves.Contains(report.Bundle.Index))
        {
            (report.Leaves, report.Stored) = ([.. stored], [.. stored]);
        }

        report.Root = hasher.HashCompleteSubtree(stored);
    }

    private static VisitedEntry[] Decode(EntryBundleCoordinate bundle, ReadOnlySpan<byte> bytes, ReadOnlySpan<MerkleHash> leaves)
    {
        var entries = new VisitedEntry[bundle.Width];
        for (var i = 0; i < entries.Length; i++)
        {
            EntryBundle.TryReadEntry(ref bytes, out var entry);
            entries[i] = UnverifiedLog.Visited(bundle.FirstEntry + i, entry);
            entries[i].Entry?.KnowLeafHash(leaves[i]);
        }

        return entries;
    }

    private void CheckEntries(BundleReport report, ReadOnlySpan<byte> entries, int count)
    {
        for (var index = report.Bundle.FirstEntry; index < report.Bundle.FirstEntry + count && !report.IsWrong; index++)
        {
            EntryBundle.TryReadEntry(ref entries, out var entry);
            CheckTime(report, index, entry);
            if (keep.Contains(index))
            {
                report.Kept[index] = entry.ToArray();
            }
        }
    }

    private static void CheckTime(BundleReport report, long index, ReadOnlySpan<byte> entry)
    {
        if (!EntryTime.TryRead(entry, out var time))
        {
            report.Failure = Failures.NoTime(report.Bundle, index);
        }
        else if (time < report.LastTime)
        {
            report.Failure = Failures.TimeRunsBack(report.Bundle, index, report.LastTime.Value, time);
        }
        else
        {
            report.FirstTime ??= time;
            report.LastTime = time;
        }
    }

    /// <summary>What checking a bundle needs room for, used again for the next.</summary>
    private sealed class Room
    {
        private byte[] _buffer = new byte[64 * 1024];

        public ReadOnlyMemory<byte> Bundle { get; set; }

        public MerkleHash[] Leaves { get; } = new MerkleHash[TileCoordinate.FullWidth];

        public MerkleHash[] Stored { get; } = new MerkleHash[TileCoordinate.FullWidth];

        public bool TryRead(ILocalFiles files, EntryBundleCoordinate bundle)
        {
            var isThere = files.TryReadEntryBundle(bundle, ref _buffer, out var length);
            Bundle = _buffer.AsMemory(0, length);
            return isThere;
        }
    }
}
