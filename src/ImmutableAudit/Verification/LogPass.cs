using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Verification;

/// <summary>
/// The one pass over a log's entries: bundles are checked in parallel, a bounded number ahead, and put together in order,
/// so that the first thing wrong is the same at every run. Memory does not grow with the log.
/// </summary>
internal sealed class LogPass
{
    private const int MostInGroup = 16;

    private readonly Checkpoint _head;
    private readonly int _ahead;
    private readonly IEntryVisitor? _visitor;
    private readonly BundleChecker _checker;
    private readonly TileJudge _judge;
    private readonly UpperTiles _upper;

    /// <summary>Prepares the pass; <see cref="RunAsync"/> makes it, once.</summary>
    /// <param name="log">The log.</param>
    /// <param name="head">Its checkpoint, verified.</param>
    /// <param name="sizes">The earlier sizes at which <see cref="Roots"/> is asked for later.</param>
    /// <param name="keep">The entries that <see cref="Kept"/> is to hold.</param>
    /// <param name="options">Which bundles to leave out, and how many to check at the same time, each group of them one after the other.</param>
    /// <param name="visitor">Sees the entries.</param>
    /// <param name="hasher">What hashes entries and nodes.</param>
    public LogPass(
        ILogReader log, Checkpoint head, IEnumerable<long> sizes, IReadOnlySet<long> keep, LogVerificationOptions options, IEntryVisitor? visitor, BatchHasher hasher)
    {
        _head = head;
        _ahead = options.MaxDegreeOfParallelism;
        var bundlesNotRead = Math.Min(options.EntriesFrom, head.Size) / TileCoordinate.FullWidth;
        EntriesNotRead = bundlesNotRead * TileCoordinate.FullWidth;
        _visitor = visitor;
        Roots = new PrefixRoots(sizes.Append(head.Size), hasher);
        _checker = new BundleChecker(log, head.Size, bundlesNotRead, keep, Roots.Bundles, visitor is not null, hasher);
        _judge = new TileJudge(log, head.Size, head.Root, hasher);
        _upper = new UpperTiles(log, head.Size, EntriesNotRead, _judge, hasher);
    }

    public PrefixRoots Roots { get; }

    public Dictionary<long, ReadOnlyMemory<byte>> Kept { get; } = [];

    /// <summary>How many entries, from the first on, are left out.</summary>
    public long EntriesNotRead { get; }

    public DateTimeOffset? FirstTime { get; private set; }

    public DateTimeOffset? LastTime { get; private set; }

    /// <summary>Checks everything that the log's own checkpoint speaks of.</summary>
    public async Task<VerificationFailure?> RunAsync(IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        progress?.Report(new VerificationProgress(0, _head.Size));
        var group = _visitor is null ? MostInGroup : UnverifiedLog.MostInGroup;
        var groups = InOrder.RunAsync(EntryBundleCoordinate.CountIn(_head.Size), group, _ahead, _checker.CheckAsync, cancellationToken);
        await foreach (var reports in groups.ConfigureAwait(false))
        {
            foreach (var report in reports)
            {
                if (await TakeAsync(report, cancellationToken).ConfigureAwait(false) is { } failure)
                {
                    return failure;
                }

                if (report.Bundle.FirstEntry >= EntriesNotRead)
                {
                    _visitor?.Visit(report.Entries);
                }

                progress?.Report(new VerificationProgress(report.Bundle.FirstEntry + report.Bundle.Width, _head.Size));
            }
        }

        return await _upper.FinishAsync(cancellationToken).ConfigureAwait(false)
            ?? (Roots[_head.Size] == _head.Root ? null : Failures.Root(_head, Roots[_head.Size]));
    }

    private async ValueTask<VerificationFailure?> TakeAsync(BundleReport report, CancellationToken cancellationToken)
    {
        // A report has a first time only where nothing is wrong with the first entry by itself, so this comes first.
        if (report.FirstTime < LastTime)
        {
            return Failures.TimeRunsBack(report.Bundle, report.Bundle.FirstEntry, LastTime.Value, report.FirstTime.Value);
        }

        if (report.Mismatch is { } slot)
        {
            var verdict = await _judge.JudgeAsync(report.Tile, slot, report.Stored, report.Leaves, cancellationToken).ConfigureAwait(false);
            return Failures.Leaf(
                report.Bundle, report.Tile, report.Bundle.FirstEntry + slot, report.Leaves[slot], report.Stored[slot], verdict);
        }

        if (report.Failure is not null)
        {
            return report.Failure;
        }

        FirstTime ??= report.FirstTime;
        LastTime = report.LastTime;
        if (report.HasKept)
        {
            foreach (var (index, entry) in report.Kept)
            {
                Kept[index] = entry;
            }
        }

        Roots.Append(report.Bundle.Width, report.Leaves, report.Root);
        return report.Bundle.IsPartial ? null : await _upper.AppendAsync(report.Root, cancellationToken).ConfigureAwait(false);
    }
}
