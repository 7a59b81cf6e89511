using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Verification;

/// <summary>
/// Shows a visitor a log as it is stored, <b>unverified</b>: no signature, no hash and no time is looked at, and anybody may have written
/// what is shown. For whoever has no key; <see cref="LogVerifier.VerifyAsync(IEntryVisitor, IProgress{VerificationProgress}?, CancellationToken)"/>
/// is the way with one.
/// </summary>
public static class UnverifiedLog
{
    /// <summary>Groups hold decoded entries, so they are of few bundles.</summary>
    internal const int MostInGroup = 2;

    /// <summary>Reads every entry that the log's checkpoint speaks of, once.</summary>
    /// <param name="log">The log.</param>
    /// <param name="visitor">Sees the entries.</param>
    /// <param name="progress">Told how far it has come, in order; called on whatever thread is at work.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>The checkpoint: what the log claims, not who signed it.</returns>
    /// <exception cref="AuditLogUnreadableException">Something could not be read, or there is no checkpoint and so no log.</exception>
    /// <exception cref="AuditFormatException">The checkpoint is malformed, or an entry bundle is missing or malformed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<SignedCheckpoint> ReadAsync(
        ILogReader log, IEntryVisitor visitor, IProgress<VerificationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(visitor);
        var checkpoint = SignedCheckpoint.Parse(await LogVerifier.ReadCheckpointAsync(log, cancellationToken).ConfigureAwait(false));
        var size = checkpoint.Checkpoint.Size;
        var reader = new TreeReader(log);
        progress?.Report(new VerificationProgress(0, size));
        var groups = InOrder.RunAsync(EntryBundleCoordinate.CountIn(size), MostInGroup, 2 * Environment.ProcessorCount, ReadGroupAsync, cancellationToken);
        await foreach (var group in groups.ConfigureAwait(false))
        {
            foreach (var entries in group)
            {
                visitor.Visit(entries);
                progress?.Report(new VerificationProgress(entries[^1].Index + 1, size));
            }
        }

        return checkpoint;

        async Task<List<VisitedEntry[]>> ReadGroupAsync(long first, int count, CancellationToken stop)
        {
            var group = new List<VisitedEntry[]>(count);
            for (var index = first; index < first + count; index++)
            {
                var bundle = new EntryBundleCoordinate(index, TileCoordinate.WidthIn(size, 0, index));
                var entries = TreeReader.Split(bundle, await reader.ReadBundleAsync(bundle, stop).ConfigureAwait(false));
                group.Add([.. entries.Select((entry, i) => Visited(bundle.FirstEntry + i, entry.Span))]);
            }

            return group;
        }
    }

    /// <summary>What a visitor gets of an entry: bytes of its own, as the bundle's are used again.</summary>
    internal static VisitedEntry Visited(long index, ReadOnlySpan<byte> entry)
    {
        var bytes = entry.ToArray();
        return new VisitedEntry(index, bytes, AuditEntry.TryDecode(index, bytes, out var decoded) ? decoded : null);
    }
}
