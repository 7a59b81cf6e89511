using System.Diagnostics.CodeAnalysis;

namespace ImmutableAudit.Checkpoints;

/// <summary>
/// Reads verifier keys: the one line by which a log's public key is handed to auditors, <c>name+keyid+base64</c>
/// (C2SP signed-note). Name and key id end at the first two <c>+</c>; base64 holds the key's type and the key.
/// <code>shop.example/audit+8fea94d4+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABI...</code>
/// </summary>
/// <remarks>
/// Type 02, ECDSA, is read here. For another type construct an <see cref="INoteVerifier"/> of your own; every method that
/// takes keys accepts it.
/// </remarks>
public static class VerifierKey
{
    /// <summary>Reads a verifier key, without white space around it.</summary>
    /// <exception cref="AuditKeyException">
    /// It is malformed, its key id does not match its key, or its type needs a package of its own.
    /// </exception>
    public static INoteVerifier Parse(string verifierKey)
    {
        ArgumentNullException.ThrowIfNull(verifierKey);
        var parts = VerifierKeyParts.Split(verifierKey);
        if (parts.Type != EcdsaNoteVerifier.Type)
        {
            throw new AuditKeyException(
                $"The verifier key of '{Printable.Of(parts.Name)}' has type {parts.Type:x2} ({NameOf(parts.Type)}), which needs a "
                + "package of its own: construct its INoteVerifier there. This package reads type 02 (ECDSA P-256).");
        }

        var verifier = new EcdsaNoteVerifier(parts.Name, parts.Key);
        return verifier.KeyId == parts.KeyId
            ? verifier
            : throw new AuditKeyException(
                $"The verifier key of '{Printable.Of(parts.Name)}' says key id {parts.KeyId:x8}, but its key has "
                + $"{verifier.KeyId:x8}: it was altered or mistyped. Get it again from the log's owner.");
    }

    /// <summary>Reads a verifier key as <see cref="Parse"/> does; <see langword="false"/> where that throws.</summary>
    public static bool TryParse(string? verifierKey, [NotNullWhen(true)] out INoteVerifier? verifier)
    {
        verifier = null;
        try
        {
            verifier = verifierKey is null ? null : Parse(verifierKey);
        }
        catch (AuditKeyException)
        {
            // The answer is false.
        }

        return verifier is not null;
    }

    /// <summary>
    /// Reads a file that holds one verifier key, as <see cref="EcdsaNoteSigner.CreatePemFile"/> writes it; a newline may end it.
    /// </summary>
    /// <exception cref="AuditKeyException">
    /// The file cannot be read, or what it holds is no verifier key that <see cref="Parse"/> reads.
    /// </exception>
    public static INoteVerifier ReadFile(string path) => Parse(KeyFile.ReadVerifierKey(path));

    private static string NameOf(byte type) => type switch
    {
        0x01 => "Ed25519",
        0x04 => "Ed25519 cosignature",
        0x05 => "RFC 6962 tree head",
        0x06 => "ML-DSA-44 cosignature",
        _ => "not known here",
    };
}
