using ImmutableAudit.Merkle;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>
/// Holds entries that are not published yet against the heads that commits led to, before anything is made from them. What does not lead to
/// those heads was changed in the database behind the log's back, and is never signed.
/// </summary>
internal sealed class Survey(StoredLog log)
{
    /// <summary>A long way is published in steps of so many entries, each with a checkpoint.</summary>
    public const int Step = 65_536;

    /// <summary>Goes from a range that is vouched for to a head.</summary>
    /// <param name="from">Where to begin.</param>
    /// <param name="known">Ranges that must be met on the way, the head's last, by size.</param>
    /// <param name="times">What the entries are held against, if anything.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The ranges to publish, the head's last.</returns>
    /// <exception cref="AuditLogCorruptException">The entries do not lead to a known range, or are gone.</exception>
    public async ValueTask<Queue<CompactRange>> RunAsync(CompactRange from, IReadOnlyList<CompactRange> known, EntryTimes? times, CancellationToken cancellationToken)
    {
        var walk = new EntryWalk(log, times);
        var range = from.Clone();
        var steps = new Queue<CompactRange>();
        foreach (var target in known)
        {
            while (range.Size < target.Size)
            {
                var next = Math.Min(target.Size, range.Size + Step - (range.Size % Step));
                await walk.RunAsync(range.Size, next, leaves => range.Append(leaves.Span), cancellationToken).ConfigureAwait(false);
                if (next < target.Size)
                {
                    steps.Enqueue(range.Clone());
                }
            }

            if (range.Root() != target.Root())
            {
                throw Changed(log, target.Size);
            }
        }

        steps.Enqueue(range);
        return steps;
    }

    public static AuditLogCorruptException Changed(StoredLog log, long size) =>
        new($"The entries of {log} up to {size} are not those that were committed: they were changed in the database. They are not signed. Nothing was changed.");
}
