using System.Diagnostics.CodeAnalysis;

namespace ImmutableAudit.Checkpoints;

/// <summary>
/// A checkpoint as a signed note: what a log publishes as <c>checkpoint</c> (C2SP tlog-checkpoint). Parsed is not verified:
/// <see cref="Verify"/> before believing it.
/// </summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class SignedCheckpoint
{
    private SignedCheckpoint(Checkpoint checkpoint, SignedNote note)
    {
        Checkpoint = checkpoint;
        Note = note;
    }

    /// <summary>What is claimed.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>The note with its signatures.</summary>
    public SignedNote Note { get; }

    /// <summary>The note's bytes, verbatim.</summary>
    public ReadOnlyMemory<byte> Bytes => Note.Bytes;

    /// <summary>Reads a signed checkpoint, unverified. The bytes are copied.</summary>
    /// <exception cref="AuditFormatException">The bytes are no signed note, or its text is no checkpoint.</exception>
    public static SignedCheckpoint Parse(ReadOnlyMemory<byte> bytes)
    {
        var note = SignedNote.Parse(bytes);
        return new SignedCheckpoint(Checkpoint.Parse(note.Text.Span), note);
    }

    /// <summary>Reads as <see cref="Parse"/> does; <see langword="false"/> where that throws.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out SignedCheckpoint? checkpoint)
    {
        checkpoint = SignedNote.TryParse(bytes, out var note) && Checkpoint.TryParse(note.Text.Span, out var claim)
            ? new SignedCheckpoint(claim, note)
            : null;
        return checkpoint is not null;
    }

    /// <summary>Signs a checkpoint with every one of the signers, in order.</summary>
    /// <exception cref="AuditKeyException">A signer could not sign, or two have the same name and key id.</exception>
    /// <exception cref="AuditFormatException">
    /// There is no signer, or more than <see cref="SignedNote.MaxSignatures"/>, or the note is too long.
    /// </exception>
    /// <exception cref="AuditSignatureException">A signer's own verifier refuses what it signed.</exception>
    public static async ValueTask<SignedCheckpoint> SignAsync(
        Checkpoint checkpoint, IReadOnlyList<INoteSigner> signers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var note = await SignedNote.SignAsync(checkpoint.ToText(), signers, cancellationToken).ConfigureAwait(false);
        return new SignedCheckpoint(checkpoint, note);
    }

    /// <summary>Verifies whose log this is, and the signatures by known keys, as <see cref="SignedNote.Verify"/> does.</summary>
    /// <param name="origin">
    /// The log that is meant. <see langword="null"/> accepts the log that one of the known signing keys is named after, so that
    /// a key (a witness's, say) that also signs for other logs cannot pass one of these off.
    /// </param>
    /// <param name="keys">The keys to trust.</param>
    /// <returns>The known keys that have signed, at least one.</returns>
    /// <exception cref="AuditSignatureException">
    /// It is another log's, a known key's signature is bad, or no known key has signed.
    /// </exception>
    public IReadOnlyList<INoteVerifier> Verify(string? origin, IEnumerable<INoteVerifier> keys) =>
        TryVerify(origin, keys, out var signers, out var reason) ? signers : throw new AuditSignatureException(reason);

    /// <summary>
    /// Verifies as <see cref="Verify"/> does; where that throws, <see langword="false"/>, no signers, and the reason.
    /// </summary>
    public bool TryVerify(
        string? origin,
        IEnumerable<INoteVerifier> keys,
        out IReadOnlyList<INoteVerifier> signers,
        [NotNullWhen(false)] out string? reason)
    {
        if (!Note.TryVerify(keys, out signers, out reason))
        {
            return false;
        }

        if (origin is null && signers.All(key => key.Name != Checkpoint.Origin))
        {
            reason =
                $"The checkpoint is of '{Printable.Of(Checkpoint.Origin)}', but none of the known keys that signed it has that name. "
                + "Say which origin is meant.";
        }
        else if (origin is not null && origin != Checkpoint.Origin)
        {
            reason = $"The checkpoint is of '{Printable.Of(Checkpoint.Origin)}', not of '{Printable.Of(origin)}'.";
        }

        signers = reason is null ? signers : [];
        return reason is null;
    }
}
