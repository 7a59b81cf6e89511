namespace ImmutableAudit.Checkpoints;

/// <summary>
/// The public half of a key that signs notes: a name, a key id and the check of a signature (C2SP signed-note). ECDSA P-256
/// is <see cref="EcdsaNoteVerifier"/>; implement this interface for any other type (Ed25519, cosignatures, ML-DSA).
/// </summary>
/// <remarks>Implementations are immutable and thread-safe.</remarks>
public interface INoteVerifier
{
    /// <summary>
    /// The key's name as it stands in signature lines: not empty, no spaces, no <c>+</c>, at most 255 bytes of UTF-8.
    /// </summary>
    string Name { get; }

    /// <summary>
    /// The key id as it stands, big-endian, in front of each signature. A hint for finding the key, not an identity.
    /// </summary>
    uint KeyId { get; }

    /// <summary>Whether <paramref name="signature"/> is this key's signature of <paramref name="text"/>.</summary>
    /// <param name="text">The note's text, its final newline included.</param>
    /// <param name="signature">What follows the four bytes of the key id in the signature line.</param>
    /// <returns><see langword="false"/> for a bad signature of whatever shape: this never throws for one.</returns>
    bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature);

    /// <summary>The verifier key in the form that auditors are given: <c>name+keyid+base64</c>.</summary>
    string ToVerifierKey();
}
