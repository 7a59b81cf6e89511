using ImmutableAudit.Checkpoints;
using ImmutableAudit.Events;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;

namespace ImmutableAudit.Log;

/// <summary>
/// Opens a log for writing so that the honest writer cannot be made the forger (LOG.md L18): what is stored must be signed
/// by an accepted key, add up to the signed root, and extend what is remembered beside the key. Until all that holds,
/// nothing is changed.
/// </summary>
internal sealed class LogOpener(LogServices log)
{
    private const string WayOut =
        "Nothing was changed. If the log was put back from a backup, restore the newest copy; if it is lost, go on in a new log with another origin that names this one as its predecessor.";

    private readonly CheckpointMemory _memory = new(log);

    private AuditLogOptions Options => log.Options;

    /// <summary>Opens it in nobody's context: what storage does must not become part of a transaction of the caller's.</summary>
    public async Task<OpenedLog> OpenAsync(CancellationToken cancellationToken)
    {
        Task<OpenedLog> opening;
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            opening = Task.Run(() => OpenApartAsync(cancellationToken), CancellationToken.None);
        }

        return await opening.ConfigureAwait(false);
    }

    private async Task<OpenedLog> OpenApartAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (AuditFormatException e)
        {
            throw new AuditLogCorruptException($"The log '{Options.Origin}' is damaged: {e.Message} {WayOut}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AuditLogException(
                $"The log '{Options.Origin}' cannot be opened: {e.Message} Nothing is lost; mend the cause and open it again.", e);
        }
    }

    private async Task<OpenedLog> FindAsync(CancellationToken cancellationToken)
    {
        var context = new SinkContext(Options.Origin, Options.TimeProvider, log.Logger) { AcceptedKeys = log.AcceptedKeys, TimeReader = EntryTime.TryRead };
        await log.Sink.ClaimAsync(context, cancellationToken).ConfigureAwait(false);
        var remembered = await RememberedAsync(cancellationToken).ConfigureAwait(false);
        var bytes = await log.Sink.ReadCheckpointAsync(cancellationToken).ConfigureAwait(false);
        return bytes is { } note
            ? await ResumeAsync(note, remembered, cancellationToken).ConfigureAwait(false)
            : await CreateAsync(remembered, cancellationToken).ConfigureAwait(false);
    }

    private async Task<OpenedLog> CreateAsync(List<SignedCheckpoint> remembered, CancellationToken cancellationToken)
    {
        if (remembered.Count > 0)
        {
            throw new AuditLogRollbackException(
                $"The log '{Options.Origin}' is gone: there is no checkpoint, though one of size {remembered.Max(checkpoint => checkpoint.Checkpoint.Size)} is remembered. {WayOut}");
        }

        var recovery = await log.Sink.RecoverAsync(null, cancellationToken).ConfigureAwait(false);
        var empty = new Checkpoint(Options.Origin, 0, MerkleHash.EmptyRoot);
        var signed = await SignedCheckpoint.SignAsync(empty, log.Signers, cancellationToken).ConfigureAwait(false);
        var published = await log.Sink.PublishAsync(signed, cancellationToken).ConfigureAwait(false)
            ?? throw new AuditLogException($"The log '{Options.Origin}' could not be begun: its first checkpoint was not accepted by the storage.");
        if (!ReferenceEquals(published, signed))
        {
            // Another writer of a shared store was first.
            return await ResumeAsync(published.Bytes, remembered, cancellationToken).ConfigureAwait(false);
        }

        await _memory.ObserveAsync(published, cancellationToken).ConfigureAwait(false);
        return new OpenedLog(published, new CompactRange(), recovery, IsNew: true, published.Verify(Options.Origin, log.AcceptedKeys));
    }

    private async Task<OpenedLog> ResumeAsync(
        ReadOnlyMemory<byte> note, List<SignedCheckpoint> remembered, CancellationToken cancellationToken)
    {
        var checkpoint = SignedCheckpoint.Parse(note);
        if (checkpoint.Checkpoint.Origin != Options.Origin)
        {
            throw new AuditLogMismatchException(
                $"What is stored is the log '{Printable.Of(checkpoint.Checkpoint.Origin)}', not '{Options.Origin}'. Nothing was changed. Give each log a place of its own.");
        }

        if (!checkpoint.TryVerify(Options.Origin, log.AcceptedKeys, out var signers, out var reason))
        {
            throw new AuditLogMismatchException(
                $"The checkpoint of the log '{Options.Origin}' is not signed by an accepted key: {reason} Nothing was changed. If the key was replaced, add the earlier one to the accepted keys.");
        }

        var tree = new TreeReader(log.Sink);
        var size = checkpoint.Checkpoint.Size;
        var range = await tree.CompactRangeAsync(size, cancellationToken).ConfigureAwait(false);
        if (range.Root() != checkpoint.Checkpoint.Root)
        {
            throw new AuditLogCorruptException(
                $"The tiles of the log '{Options.Origin}' add up to the root {range.Root()}, but {checkpoint.Checkpoint.Root} was signed for size {size}. {WayOut}");
        }

        foreach (var earlier in remembered)
        {
            await CheckExtendsAsync(tree, checkpoint.Checkpoint, earlier.Checkpoint, cancellationToken).ConfigureAwait(false);
        }

        var recovery = await log.Sink.RecoverAsync(range, cancellationToken).ConfigureAwait(false);

        await CheckTimeAsync(checkpoint, recovery.Head, cancellationToken).ConfigureAwait(false);

        // The process before may have died between publishing and telling; an observer may be new.
        await _memory.ObserveAsync(checkpoint, cancellationToken).ConfigureAwait(false);
        return new OpenedLog(checkpoint, range, recovery, IsNew: false, signers);
    }

    private async Task<List<SignedCheckpoint>> RememberedAsync(CancellationToken cancellationToken)
    {
        var remembered = await _memory.RememberedAsync(cancellationToken).ConfigureAwait(false);
        foreach (var checkpoint in remembered)
        {
            if (!checkpoint.TryVerify(Options.Origin, log.AcceptedKeys, out _, out var reason))
            {
                throw new AuditLogRollbackException(
                    $"The remembered checkpoint of the log '{Options.Origin}' is not signed by an accepted key: {reason} {WayOut}");
            }
        }

        return remembered;
    }

    /// <summary>
    /// The head that a sink found is private state, which nobody has signed. Its time is held against the last signed entry's,
    /// or a changed one would stamp every later entry with the far future, or with a time that runs backwards.
    /// </summary>
    private async Task CheckTimeAsync(SignedCheckpoint published, LogHead head, CancellationToken cancellationToken)
    {
        if (published.Checkpoint.Size == 0)
        {
            return;
        }

        var snapshot = new LogSnapshot(log.Sink, published);
        await foreach (var entry in snapshot.ReadAsync(published.Checkpoint.Size - 1, null, cancellationToken).ConfigureAwait(false))
        {
            if (!EntryTime.TryRead(entry.Span, out var last)
                || (head.Size == published.Checkpoint.Size ? head.LastTime != last : head.LastTime < last || await NextTimeAsync(published, cancellationToken).ConfigureAwait(false) < last))
            {
                throw new AuditLogCorruptException(
                    $"The journal of the log '{Options.Origin}' says that its last entry is of {head.LastTime:O}, but entry {published.Checkpoint.Size - 1} does not agree: it was changed. Go on in a new log that names this one as its predecessor.");
            }
        }
    }

    /// <summary>The time of the first entry that is not published yet; from there on, sinks answer for the order.</summary>
    private async Task<DateTimeOffset> NextTimeAsync(SignedCheckpoint published, CancellationToken cancellationToken)
    {
        var size = published.Checkpoint.Size;
        var committed = await log.Sink.ReadCommittedAsync(size, cancellationToken).ConfigureAwait(false);
        return committed is { } run && EntryTime.TryRead(run.From(size).First().Span, out var time) ? time : default;
    }

    private async Task CheckExtendsAsync(TreeReader tree, Checkpoint stored, Checkpoint earlier, CancellationToken cancellationToken)
    {
        if (stored.Size < earlier.Size)
        {
            throw new AuditLogRollbackException(
                $"The log '{Options.Origin}' has {stored.Size} published entries, but {earlier.Size} were published before: it was put back or cut off. {WayOut}");
        }

        var extends = earlier.Size == 0 || MerkleProof.VerifyConsistency(
            earlier.Size, earlier.Root, stored.Size, stored.Root,
            await tree.ConsistencyProofAsync(earlier.Size, stored.Size, cancellationToken).ConfigureAwait(false));
        if (!extends)
        {
            throw new AuditLogRollbackException(
                $"The log '{Options.Origin}' of size {stored.Size} does not begin with the {earlier.Size} entries published before: it was replaced by another. {WayOut}");
        }
    }
}
