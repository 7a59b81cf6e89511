using ImmutableAudit.Events;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Verification;

/// <summary>
/// Checks entry bundles one by one, in any order and in parallel: parses strictly, hashes every entry and compares it with
/// the level-0 tile, and sees that times are there and run forward.
/// </summary>
internal sealed class BundleChecker(ILogReader log, long size, IReadOnlySet<long> keep, BatchHasher hasher)
{
    public async Task<BundleReport> CheckAsync(long index, CancellationToken cancellationToken)
    {
        var report = new BundleReport(new EntryBundleCoordinate(index, TileCoordinate.WidthIn(size, 0, index)));
        var path = report.Bundle.Path;
        try
        {
            if (await log.ReadEntryBundleAsync(report.Bundle, cancellationToken).ConfigureAwait(false) is not { } entries)
            {
                report.Failure = Failures.Missing(path, report.Bundle.FirstEntry, size);
                return report;
            }

            path = report.Tile.Path;
            if (await log.ReadTileAsync(report.Tile, cancellationToken).ConfigureAwait(false) is not { } tile)
            {
                report.Failure = Failures.Missing(path, report.Bundle.FirstEntry, size);
                return report;
            }

            if (tile.Length != report.Tile.Width * MerkleHash.Size)
            {
                report.Failure = Failures.WrongLength(report.Tile, tile.Length);
                return report;
            }

            report.Stored = Tile.Hashes(tile.Span).ToArray();
            Check(report, entries);
        }
        catch (AuditFormatException e)
        {
            report.Failure = Failures.Malformed(path, e.Message);
        }

        return report;
    }

    private void Check(BundleReport report, ReadOnlyMemory<byte> bundle)
    {
        // All are hashed, behind the first thing wrong too: all leaves are needed to find out which file it is wrong in.
        var leaves = new MerkleHash[report.Bundle.Width];
        var rest = bundle.Span;
        var count = EntryBundle.HashEntries(ref rest, leaves, hasher);
        report.Leaves = leaves[..count];
        Compare(report, bundle.Span);
        if (!report.IsWrong && count < leaves.Length)
        {
            report.Failure = Failures.BundleEndsEarly(report.Bundle, report.Bundle.FirstEntry + count);
        }

        if (!report.IsWrong && !rest.IsEmpty)
        {
            report.Failure = Failures.BundleEndsLate(report.Bundle, rest.Length);
        }

        if (!report.IsWrong && !report.Bundle.IsPartial)
        {
            report.Root = hasher.HashCompleteSubtree(leaves.ToArray());
        }
    }

    private void Compare(BundleReport report, ReadOnlySpan<byte> entries)
    {
        for (var i = 0; i < report.Leaves.Length && !report.IsWrong; i++)
        {
            var index = report.Bundle.FirstEntry + i;
            EntryBundle.TryReadEntry(ref entries, out var entry);
            if (report.Leaves[i] != report.Stored[i])
            {
                report.Mismatch = i;
                return;
            }

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
}
