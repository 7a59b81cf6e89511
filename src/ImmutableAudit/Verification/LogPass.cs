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
    /// <summary>Bundles are handed out in groups, so that handing out costs little; in so many that all have to do to the end.</summary>
    private const int MostInGroup = 16, GroupsEach = 4;

    private readonly Checkpoint _head;
    private readonly int _ahead;
    private readonly BundleChecker _checker;
    private readonly TileJudge _judge;
    private readonly UpperTiles _upper;

    /// <summary>Prepares the pass; <see cref="RunAsync"/> makes it, once.</summary>
    /// <param name="log">The log.</param>
    /// <param name="head">Its checkpoint, verified.</param>
    /// <param name="sizes">The earlier sizes at which <see cref="Roots"/> is asked for later.</param>
    /// <param name="keep">The entries that <see cref="Kept"/> is to hold.</param>
    /// <param name="ahead">Bundles to check at the same time, each group of them one after the other.</param>
    /// <param name="hasher">What hashes entries and nodes.</param>
    public LogPass(
        ILogReader log, Checkpoint head, IEnumerable<long> sizes, IReadOnlySet<long> keep, int ahead, BatchHasher hasher)
    {
        _head = head;
        _ahead = ahead;
        Roots = new PrefixRoots(sizes.Append(head.Size), hasher);
        _checker = new BundleChecker(log, head.Size, keep, Roots.Bundles, hasher);
        _judge = new TileJudge(log, head.Size, head.Root, hasher);
        _upper = new UpperTiles(log, head.Size, _judge, hasher);
    }

    public PrefixRoots Roots { get; }

    public Dictionary<long, ReadOnlyMemory<byte>> Kept { get; } = [];

    public DateTimeOffset? FirstTime { get; private set; }

    public DateTimeOffset? LastTime { get; private set; }

    /// <summary>Checks everything that the log's own checkpoint speaks of.</summary>
    public async Task<VerificationFailure?> RunAsync(IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var checks = new Queue<Task<List<BundleReport>>>();
        try
        {
            progress?.Report(new VerificationProgress(0, _head.Size));
            var bundles = (_head.Size / TileCoordinate.FullWidth) + (_head.Size % TileCoordinate.FullWidth > 0 ? 1 : 0);
            var group = (int)Math.Clamp(bundles / (GroupsEach * _ahead), 1, MostInGroup);
            for (var next = 0L; next < bundles || checks.Count > 0;)
            {
                for (; next < bundles && checks.Count < _ahead; next += group)
                {
                    var (first, count) = (next, (int)Math.Min(group, bundles - next));
                    checks.Enqueue(Task.Run(() => _checker.CheckAsync(first, count, stop.Token), stop.Token));
                }

                foreach (var report in await checks.Dequeue().ConfigureAwait(false))
                {
                    if (await TakeAsync(report, stop.Token).ConfigureAwait(false) is { } failure)
                    {
                        return failure;
                    }

                    progress?.Report(new VerificationProgress(report.Bundle.FirstEntry + report.Bundle.Width, _head.Size));
                }
            }

            return await _upper.FinishAsync(stop.Token).ConfigureAwait(false)
                ?? (Roots[_head.Size] == _head.Root ? null : Failures.Root(_head, Roots[_head.Size]));
        }
        finally
        {
            // Nothing that was begun ahead outlives the call, whatever ended it.
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(checks)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
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
