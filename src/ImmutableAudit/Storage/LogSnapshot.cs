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
/// <para>Keep one where many proofs are made: it remembers the tiles that all of them need, at most 15 MB however long the log is,
/// and reads little more than the entry and the tile next to it.</para>
/// <para>Thread-safe if the reader is. Reading holds one entry bundle at a time, at most 17 MB.</para>
/// </remarks>
public sealed class LogSnapshot
{
    private readonly TreeReader _reader;
    private readonly TileCache _cache;
    private readonly SignedTree _tree;

    /// <summary>Looks at a log as of a checkpoint. Nothing is read yet.</summary>
    /// <param name="log">The log. It is not trusted.</param>
    /// <param name="checkpoint">The newest checkpoint of the log, or an earlier one.</param>
    public LogSnapshot(ILogReader log, SignedCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(checkpoint);
        _reader = new TreeReader(log);
        _cache = new TileCache();
        _tree = new SignedTree(_reader, checkpoint.Checkpoint, _cache);
        Checkpoint = checkpoint;
    }

    private LogSnapshot(LogSnapshot other, SignedCheckpoint checkpoint)
    {
        _reader = other._reader;
        _cache = other._cache;
        _tree = new SignedTree(_reader, checkpoint.Checkpoint, _cache);
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

    /// <summary>The same log as of another checkpoint of it. Both remember what either reads; each holds it against its own root.</summary>
    internal LogSnapshot At(SignedCheckpoint checkpoint) =>
        ReferenceEquals(checkpoint, Checkpoint) ? this : new LogSnapshot(this, checkpoint);

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
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Head.Size);
        var (entry, proof) = await _tree.ProveAsync(index, cancellationToken).ConfigureAwait(false);
        return entry is not null ? AuditProof.Of(index, entry, proof, Checkpoint) : throw NotSigned($"Entry {index}");
    }

    /// <summary>Proves that the log, as of the checkpoint, begins with all entries of an older state of it (RFC 6962 section 2.1.2).</summary>
    /// <param name="oldSize">Size of the older state, from 1 to the checkpoint's size.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>A proof that holds for the tiles as they are now; whether the older state is the one that was kept, checking it tells.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The checkpoint has no such older state.</exception>
    /// <exception cref="AuditFormatException">A tile is missing or malformed, or the tiles do not add up to the root.</exception>
    /// <exception cref="AuditLogUnreadableException">Something could not be read.</exception>
    public async ValueTask<AuditConsistencyProof> ProveConsistencyAsync(long oldSize, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, Head.Size);
        var hashes = await _reader.ConsistencyProofAsync(oldSize, Head.Size, cancellationToken).ConfigureAwait(false);
        var nodes = await _reader.NodeHashesAsync(NodeId.ForRange(0, oldSize), Head.Size, cancellationToken).ConfigureAwait(false);
        return MerkleProof.VerifyConsistency(oldSize, new CompactRange(oldSize, nodes).Root(), Head.Size, Head.Root, hashes)
            ? new AuditConsistencyProof(oldSize, hashes, Checkpoint)
            : throw new AuditFormatException($"The tiles of the log '{Printable.Of(Head.Origin)}' do not add up to the signed root.");
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
            var bytes = await _reader.ReadBundleAsync(bundle, cancellationToken).ConfigureAwait(false);
            var entries = TreeReader.Split(bundle, bytes);
            if (check)
            {
                await CheckAsync(bundle, bytes, cancellationToken).ConfigureAwait(false);
            }

            for (; index < end && index < bundle.FirstEntry + bundle.Width; index++)
            {
                yield return entries[(int)(index - bundle.FirstEntry)];
            }
        }
    }

    private async ValueTask CheckAsync(EntryBundleCoordinate bundle, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (!await _tree.HoldsAsync(bundle, Hash(bundle, bytes.Span), cancellationToken).ConfigureAwait(false))
        {
            throw NotSigned($"One of the entries {bundle.FirstEntry} to {bundle.FirstEntry + bundle.Width - 1}");
        }
    }

    private static MerkleHash[] Hash(EntryBundleCoordinate bundle, ReadOnlySpan<byte> bytes)
    {
        var leaves = new MerkleHash[bundle.Width];
        EntryBundle.HashEntries(ref bytes, leaves, BatchHasher.Fastest);
        return leaves;
    }

    private AuditLogCorruptException NotSigned(string what) => new(
        $"{what} of the log '{Printable.Of(Head.Origin)}', as stored, is not the entry that was signed. Verify the log to see which, "
        + "and what was changed.");
}
