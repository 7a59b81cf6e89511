namespace ImmutableAudit.Checkpoints;

/// <summary>
/// A key that signs notes. ECDSA P-256 over any <see cref="System.Security.Cryptography.ECDsa"/> is
/// <see cref="EcdsaNoteSigner"/>; implement this interface for a remote key store or another type of key.
/// </summary>
/// <remarks>Implementations are thread-safe.</remarks>
public interface INoteSigner
{
    /// <summary>The public half; always the same.</summary>
    INoteVerifier Verifier { get; }

    /// <summary>Signs a note's text.</summary>
    /// <param name="text">The text, its final newline included. It must not change until the task completes.</param>
    /// <param name="cancellationToken">Gives up waiting for a key store.</param>
    /// <returns>The signature, without the key id; <see cref="Verifier"/> accepts it.</returns>
    /// <exception cref="AuditKeyException">The key could not sign. Nothing was signed, and trying again does no harm.</exception>
    ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken = default);
}
