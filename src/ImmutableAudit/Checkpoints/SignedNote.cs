using System.Diagnostics.CodeAnalysis;

namespace ImmutableAudit.Checkpoints;

/// <summary>
/// A signed note (C2SP signed-note): text, a blank line, and one or more signature lines.
/// <code>
/// shop.example/audit
/// 2
/// kWkf0XgD+ovvnzCiPGQzyEXOXj0hiOnZAbWZdb3Ysz8=
///
/// — shop.example/audit j+qU1DBFAiEA0Xr...
/// </code>
/// The signatures are over the text, its final newline included; the blank line is no part of it. Text may have blank lines
/// of its own: the last one of the note separates.
/// </summary>
/// <remarks>
/// Immutable and thread-safe. Parsing is strict (what is read is spelled in the one way that it would be written) and says
/// nothing about whether a signature is good: <see cref="Verify"/> does.
/// </remarks>
public sealed class SignedNote
{
    /// <summary>Longest note that is read or made, in bytes: room for 100 signatures, some of them post-quantum.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>Most signature lines that a note may have.</summary>
    public const int MaxSignatures = 100;

    internal SignedNote(ReadOnlyMemory<byte> bytes, int textLength, IReadOnlyList<NoteSignature> signatures)
    {
        Bytes = bytes;
        Text = bytes[..textLength];
        Signatures = signatures;
    }

    /// <summary>The signed text; it ends in a newline.</summary>
    public ReadOnlyMemory<byte> Text { get; }

    /// <summary>Every signature line in order, also of unknown keys: unverified. At least one.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>The whole note, verbatim.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Reads a note. The bytes are copied.</summary>
    /// <exception cref="AuditFormatException">The bytes are no signed note, or too long; the message says where.</exception>
    public static SignedNote Parse(ReadOnlyMemory<byte> bytes) =>
        NoteFormat.Read(bytes.Span, out var fault) ?? throw new AuditFormatException(fault);

    /// <summary>Reads a note as <see cref="Parse"/> does; <see langword="false"/> where that throws.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out SignedNote? note) =>
        (note = NoteFormat.Read(bytes.Span, out _)) is not null;

    /// <summary>Puts a note together. Signatures are taken as they are, unverified.</summary>
    /// <param name="text">The text: valid UTF-8, without control characters but newlines, and a newline at its end.</param>
    /// <param name="signatures">From 1 to <see cref="MaxSignatures"/>.</param>
    /// <exception cref="AuditFormatException">Text or signatures cannot be a note.</exception>
    public static SignedNote Create(ReadOnlySpan<byte> text, IReadOnlyList<NoteSignature> signatures)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        return NoteFormat.Read(NoteFormat.Write(text, signatures), out var fault) ?? throw new AuditFormatException(fault);
    }

    /// <summary>Signs a text with every one of the signers, in order.</summary>
    /// <param name="text">As for <see cref="Create"/>.</param>
    /// <param name="signers">From 1 to <see cref="MaxSignatures"/>, no two of the same name and key id.</param>
    /// <param name="cancellationToken">Gives up waiting for a signer.</param>
    /// <exception cref="AuditFormatException">The text cannot be a note's.</exception>
    /// <exception cref="AuditKeyException">A signer could not sign, or two have the same name and key id.</exception>
    /// <exception cref="AuditSignatureException">A signer's own verifier refuses what it signed.</exception>
    public static async ValueTask<SignedNote> SignAsync(
        ReadOnlyMemory<byte> text, IReadOnlyList<INoteSigner> signers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signers);
        var signatures = new List<NoteSignature>(signers.Count);
        foreach (var signer in signers)
        {
            var key = signer.Verifier;
            if (signatures.Exists(other => other.KeyId == key.KeyId && other.Name == key.Name))
            {
                throw new AuditKeyException(
                    $"Two signers have the name '{Printable.Of(key.Name)}' and the key id {key.KeyId:x8}. Name one of "
                    + "them differently.");
            }

            var signature = await signer.SignAsync(text, cancellationToken).ConfigureAwait(false);

            // A faulty key store shows here, where nothing is published yet, and not at the auditor's.
            if (!key.Verify(text.Span, signature.Span))
            {
                throw new AuditSignatureException(
                    $"The signer '{Printable.Of(key.Name)}' made a signature that its own verifier key {key.KeyId:x8} "
                    + "refuses. Check that its public and private key belong together.");
            }

            signatures.Add(new NoteSignature(key.Name, key.KeyId, signature));
        }

        return Create(text.Span, signatures);
    }

    /// <summary>
    /// Verifies the signatures by known keys. Signatures by others are ignored; one bad signature by a known key condemns the
    /// note, whoever else has signed it. Of several lines of one key the first counts.
    /// </summary>
    /// <param name="known">The keys to trust.</param>
    /// <returns>The known keys that have signed, in the order of their lines; at least one.</returns>
    /// <exception cref="AuditSignatureException">A known key's signature is bad, or no known key has signed.</exception>
    public IReadOnlyList<INoteVerifier> Verify(IEnumerable<INoteVerifier> known) =>
        TryVerify(known, out var signers, out var reason) ? signers : throw new AuditSignatureException(reason);

    /// <summary>
    /// Verifies as <see cref="Verify"/> does; where that throws, <see langword="false"/>, no signers, and the reason.
    /// </summary>
    public bool TryVerify(
        IEnumerable<INoteVerifier> known, out IReadOnlyList<INoteVerifier> signers, [NotNullWhen(false)] out string? reason)
    {
        ArgumentNullException.ThrowIfNull(known);
        signers = NoteVerification.FindSigners(this, known, out reason);
        return reason is null;
    }
}
