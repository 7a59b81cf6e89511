using System.Runtime.CompilerServices;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage;

/// <summary>
/// A published log as of one checkpoint: reads its entries and makes portable proofs, and hands out nothing before it is
/// shown to belong under the checkpoint's root. Whatever the log grows to meanwhile does not show.
/// </summary>
/// <remarks>
/// <para>Whether the checkpoint itself is to be believed is not asked here: <see cref="SignedCheckpoint.Verify"/> it, or take
/// the one that verifying the whole log came to, whose other checks (time, tiles) this class does not repeat.</para>
/// <para>Thread-safe if the reader is. Holds one entry bundle at a time, at most 17 MB.</para>
/// </remarks>
public sealed class LogSnapshot
{
    private readonly TreeReader _tree;

    /// <summary>Looks at a log as of a checkpoint. Nothing is read yet.</summary>
    /// <param name="log">The log. It is not trusted.</param>
    /// <param name="checkpoint">The newest checkpoint of the log, or an earlier one.</param>
    public LogSnapshot(ILogReader log, SignedCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(checkpoint);
        _tree = new TreeReader(log);
        Checkpoint = checkpoint;
    }

    /// <summary>The checkpoint.</summary>
    public SignedCheckpoint Checkpoint { get; }

    private Checkpoint Head => Checkpoint.Checkpoint;

    /// <summary>Looks at a log as of the checkpoint that it publishes now, unverified.</summary>
    /// <exception cref="AuditLogUnreadableException">There is no checkpoint, or it could not be read.</exception>
    /// <exception cref="AuditFormatException">The checkpoint is malformed.</exception>
    public static async ValueTask<LogSnapshot> LatestAsync(ILogReader log, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        var bytes = await log.ReadCheckpointAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new AuditLogUnreadableException(
                $"There is no checkpoint in '{log}': it is not a log, or has published nothing yet.");
        return new LogSnapshot(log, SignedCheckpoint.Parse(bytes));
    }

    /// <summary>Makes a portable proof of an entry, with the entry inside (C2SP tlog-proof, LOG.md L25).</summary>
    /// <param name="index">The entry's zero-based position, below the checkpoint's size.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>A proof whose hashes were found to lead from the entry to the checkpoint's root.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The checkpoint has no such entry.</exception>
    /// <exception cref="AuditLogCorruptException">The entry, as it is stored, is not the one that was signed.</exception>
    /// <exception cref="AuditFormatException">A tile or entry bundle is missing or malformed.</exception>
    /// <exception cref="AuditLogUnreadableException">Something could not be read.</exception>
    public async ValueTask<AuditProof> ProveAsync(long index, CancellationToken cancellationToken = default)
    {
        var entry = await _tree.ReadEntryAsync(index, Head.Size, cancellationToken).ConfigureAwait(false);
        var hashes = await _tree.InclusionProofAsync(index, Head.Size, cancellationToken).ConfigureAwait(false);
        return MerkleProof.VerifyInclusion(TreeHasher.HashLeaf(entry.Span), index, Head.Size, hashes, Head.Root)
            ? new AuditProof(index, entry, hashes, Checkpoint)
            : throw NotSigned($"Entry {index}");
    }

    /// <summary>Reads entries, each proved to be the one at its index under the checkpoint's root before.</summary>
    /// <param name="from">First index, 0 or more. From the checkpoint's size on there is nothing to read.</param>
    /// <param name="to">Index behind the last, or <see langword="null"/> for the checkpoint's size.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    /// <exception cref="AuditLogCorruptException">Entries, as they are stored, are not the ones that were signed.</exception>
    /// <exception cref="AuditFormatException">A tile or entry bundle is missing or malformed.</exception>
    /// <exception cref="AuditLogUnreadableException">Something could not be read.</exception>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        long from = 0, long? to = null, CancellationToken cancellationToken = default) =>
        ReadAsync(from, to, check: true, cancellationToken);

    /// <summary>Reads entries as they are stored, whether signed or not: for looking at a log that does not hold.</summary>
    /// <inheritdoc cref="ReadAsync(long, long?, CancellationToken)"/>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadUncheckedAsync(
        long from = 0, long? to = null, CancellationToken cancellationToken = default) =>
        ReadAsync(from, to, check: false, cancellationToken);

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        long from, long? to, bool check, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        var end = Math.Min(to ?? long.MaxValue, Head.Size);
        for (var index = from; index < end;)
        {
            var bundle = EntryBundleCoordinate.Holding(index, Head.Size);
            var entries = await _tree.ReadEntriesAsync(bundle, cancellationToken).ConfigureAwait(false);
            if (check)
            {
                await CheckAsync(bundle, entries, cancellationToken).ConfigureAwait(false);
            }

            for (; index < end && index < bundle.FirstEntry + bundle.Width; index++)
            {
                yield return entries[(int)(index - bundle.FirstEntry)];
            }
        }
    }

    /// <summary>
    /// A bundle's entries are a subtree. Its first entry is proved with the hashes within that subtree computed from the
    /// other entries, so that the one proof is of them all.
    /// </summary>
    private async ValueTask CheckAsync(
        EntryBundleCoordinate bundle, ReadOnlyMemory<byte>[] entries, CancellationToken cancellationToken)
    {
        var hashes = await _tree.InclusionProofAsync(bundle.FirstEntry, Head.Size, cancellationToken).ConfigureAwait(false);
        var leaves = Array.ConvertAll(entries, entry => TreeHasher.HashLeaf(entry.Span));
        for (int i = 0, width = 1; width < leaves.Length; i++, width *= 2)
        {
            var sibling = new CompactRange();
            sibling.Append(leaves.AsSpan(width, Math.Min(width, leaves.Length - width)));
            hashes[i] = sibling.Root();
        }

        if (!MerkleProof.VerifyInclusion(leaves[0], bundle.FirstEntry, Head.Size, hashes, Head.Root))
        {
            throw NotSigned($"One of the entries {bundle.FirstEntry} to {bundle.FirstEntry + bundle.Width - 1}");
        }
    }

    private AuditLogCorruptException NotSigned(string what) => new(
        $"{what} of the log '{Printable.Of(Head.Origin)}', as stored, is not the entry that was signed. Verify the log to see which, "
        + "and what was changed.");
}
