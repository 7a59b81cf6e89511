using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Verification;

/// <summary>
/// Verifies a whole log from what it publishes, trusting nothing but public keys and what was kept earlier: signatures, every
/// entry against its tile and every tile against the entries, the signed root, the order of times, and that the log extends
/// each checkpoint, and holds each portable proof, that somebody kept.
/// </summary>
/// <remarks>
/// <para>It reads what the log's checkpoint implies. A file that lies beside that, such as a partial tile of an earlier size,
/// is no part of the log, and is neither read nor vouched for. A log may be written to meanwhile.</para>
/// <para>Hashes many entries at once; <see cref="LogVerificationOptions.FrameworkHash"/> leaves that to the framework (L28). Thread-safe; each call reads everything anew.</para>
/// </remarks>
public sealed class LogVerifier
{
    private readonly ILogReader _log;
    private readonly LogVerificationOptions _options;

    /// <summary>Makes ready to verify a log.</summary>
    /// <param name="log">The log: a directory, a URL, any source. It is not trusted.</param>
    /// <param name="options">What to verify it against.</param>
    /// <exception cref="ArgumentException">
    /// There is no key: a log that anybody may have signed proves nothing. Or a proof needs an entry that is not to be read.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The degree of parallelism is below 1, or the first entry to look at is negative or no multiple of 256.
    /// </exception>
    public LogVerifier(ILogReader log, LogVerificationOptions options)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxDegreeOfParallelism, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.EntriesFrom, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.EntriesFrom % TileCoordinate.FullWidth, 0, nameof(options));
        if (options.Proofs.FirstOrDefault(proof => proof.Entry is null && proof.Index < options.EntriesFrom) is { Index: var index })
        {
            throw new ArgumentException($"The proof of entry {index} does not hold the entry, and the log's is not to be read.", nameof(options));
        }

        if (options.Keys.Count == 0)
        {
            throw new ArgumentException("Verification needs at least one key to trust: without, anybody could have signed the log.", nameof(options));
        }

        _log = log;
        _options = options;
    }

    /// <summary>Verifies the log as it is published now.</summary>
    /// <param name="progress">Told how far it has come, in order; called on whatever thread is at work.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>What was proved, or the first thing wrong. A log that does not hold is an answer and throws nothing.</returns>
    /// <exception cref="AuditLogUnreadableException">It could not be found out: something could not be read, or there is no checkpoint and so no log.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<LogVerificationResult> VerifyAsync(
        IProgress<VerificationProgress>? progress = null, CancellationToken cancellationToken = default) =>
        VerifyCoreAsync(null, progress, cancellationToken);

    /// <summary>
    /// Verifies the log as it is published now, and shows its entries to a visitor in the same pass: decoded, in index order, each once
    /// its hash is that of its tile. <b>What the visitor has seen counts only if the result holds</b>: that the tiles lead to the signed
    /// root shows at the end.
    /// </summary>
    /// <remarks>Entries are decoded in parallel; memory does not grow with the log. A log that does not hold is shown up to the bundle in which that shows, at most.</remarks>
    /// <param name="visitor">Sees the entries; what it throws is thrown here.</param>
    /// <param name="progress">Told how far it has come, in order; called on whatever thread is at work.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <inheritdoc cref="VerifyAsync(IProgress{VerificationProgress}?, CancellationToken)"/>
    public Task<LogVerificationResult> VerifyAsync(
        IEntryVisitor visitor, IProgress<VerificationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        return VerifyCoreAsync(visitor, progress, cancellationToken);
    }

    /// <summary>The checkpoint that the log publishes.</summary>
    internal static async Task<ReadOnlyMemory<byte>> ReadCheckpointAsync(ILogReader log, CancellationToken cancellationToken) =>
        await log.ReadCheckpointAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new AuditLogUnreadableException($"There is no checkpoint in '{log}': it is not a log, or has published nothing yet.");

    private async Task<LogVerificationResult> VerifyCoreAsync(
        IEntryVisitor? visitor, IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        SignedCheckpoint checkpoint;
        try
        {
            checkpoint = SignedCheckpoint.Parse(await ReadCheckpointAsync(_log, cancellationToken).ConfigureAwait(false));
        }
        catch (AuditFormatException e)
        {
            return new LogVerificationResult
            {
                Failure = Failures.Plain(VerificationFailureKind.Checkpoint, $"The log's checkpoint is malformed: {e.Message}"),
            };
        }

        var failure = Failures.OfSignatures(checkpoint, "the log's checkpoint", _options.Origin, _options.Keys, out var signers);
        if (failure is not null)
        {
            return new LogVerificationResult { Checkpoint = checkpoint, Failure = failure };
        }

        var head = checkpoint.Checkpoint;
        var kept = new KeptEvidence(_options, head);
        var hasher = _options.FrameworkHash ? BatchHasher.Framework : BatchHasher.Fastest;
        var pass = new LogPass(_log, head, kept.Sizes, kept.Entries, _options, visitor, hasher);
        failure = kept.CheckItself()
            ?? await pass.RunAsync(progress, cancellationToken).ConfigureAwait(false)
            ?? kept.CheckAgainst(pass);
        return failure is not null
            ? new LogVerificationResult { Checkpoint = checkpoint, Signers = signers, Failure = failure }
            : new LogVerificationResult
            {
                Checkpoint = checkpoint,
                Signers = signers,
                ConsistentSince = kept.Since,
                Proofs = kept.Proofs,
                EntriesNotRead = pass.EntriesNotRead,
                FirstTime = pass.FirstTime,
                LastTime = pass.LastTime,
            };
    }
}
