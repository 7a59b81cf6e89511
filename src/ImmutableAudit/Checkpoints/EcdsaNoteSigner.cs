using System.Security.Cryptography;

namespace ImmutableAudit.Checkpoints;

/// <summary>
/// Signs notes with ECDSA on curve P-256 (C2SP signed-note type 02, LOG.md L24), over any <see cref="ECDsa"/>: a PEM file, a
/// certificate's key, the adapter of an HSM or a cloud's key store.
/// </summary>
/// <remarks>Thread-safe: signing with one key happens one call after another. Dispose it when no more is signed.</remarks>
public sealed class EcdsaNoteSigner : INoteSigner, IDisposable
{
    private readonly Lock _gate = new();
    private readonly EcdsaNoteVerifier _verifier;
    private readonly ECDsa _key;
    private readonly bool _leaveOpen;
    private bool _disposed;

    /// <summary>Signs with a key of yours.</summary>
    /// <param name="name">
    /// The key's name: usually the log's origin; not empty, no spaces, no <c>+</c>, at most 255 bytes of UTF-8.
    /// </param>
    /// <param name="key">
    /// A P-256 key that can sign hashes, says its <see cref="AsymmetricAlgorithm.KeySize"/> and gives out its public half. Nobody
    /// else may use it meanwhile.
    /// </param>
    /// <param name="leaveOpen">Whether the key outlives this signer; otherwise it is disposed with it.</param>
    /// <exception cref="AuditKeyException">
    /// The name is invalid, or the key is not on curve P-256; the key is not disposed.
    /// </exception>
    public EcdsaNoteSigner(string name, ECDsa key, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(key);
        _verifier = new EcdsaNoteVerifier(name, key);
        _key = key;
        _leaveOpen = leaveOpen;
    }

    /// <inheritdoc/>
    public INoteVerifier Verifier => _verifier;

    /// <summary>Signs with the private key in a PEM file: PKCS#8 (<c>PRIVATE KEY</c>) or SEC 1 (<c>EC PRIVATE KEY</c>).</summary>
    /// <param name="name">The key's name, as in the constructor.</param>
    /// <param name="path">The file. On Unix nobody but its owner may have access to it (<c>chmod 600</c>).</param>
    /// <exception cref="AuditKeyException">
    /// The file is missing, unreadable, open to others, encrypted, or does not hold exactly one P-256 private key; or the name is
    /// invalid. The message says what to do, and never holds a part of the key.
    /// </exception>
    /// <remarks>Where a platform insists on mounting keys wider, load the key yourself and use the constructor.</remarks>
    public static EcdsaNoteSigner FromPemFile(string name, string path) => FromPemFile(name, path, password: default);

    /// <summary>Signs with the private key in a PEM file that may be encrypted (<c>ENCRYPTED PRIVATE KEY</c>).</summary>
    /// <param name="name">The key's name, as in the constructor.</param>
    /// <param name="path">The file. On Unix nobody but its owner may have access to it (<c>chmod 600</c>).</param>
    /// <param name="password">The password; unused where the file is not encrypted.</param>
    /// <exception cref="AuditKeyException">
    /// As for <see cref="FromPemFile(string, string)"/>; or the password is wrong.
    /// </exception>
    public static EcdsaNoteSigner FromPemFile(string name, string path, ReadOnlySpan<char> password)
    {
        NoteKeyName.ThrowIfInvalid(name);
        return Own(name, KeyFile.ReadPrivateKey(path, password));
    }

    /// <summary>
    /// Makes a new key and writes it to a PEM file (PKCS#8, unencrypted), and its verifier key beside it:
    /// <c>keys/audit.pem</c> and <c>keys/audit.vkey</c>. A missing directory is made.
    /// </summary>
    /// <param name="name">The key's name, as in the constructor.</param>
    /// <param name="path">
    /// The file, apart from the log's directory. On Unix it is made with mode 0600 (a directory with 0700) from the first
    /// moment; on Windows it has the access of its directory, so choose one that is the account's own.
    /// </param>
    /// <exception cref="AuditKeyException">
    /// One of the files exists already (neither is ever overwritten) or cannot be written; or the name is invalid.
    /// </exception>
    public static EcdsaNoteSigner CreatePemFile(string name, string path)
    {
        NoteKeyName.ThrowIfInvalid(name);
        var signer = Own(name, ECDsa.Create(ECCurve.NamedCurves.nistP256));
        try
        {
            KeyFile.Create(path, signer._key, signer._verifier);
            return signer;
        }
        catch
        {
            signer.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The signer was disposed.</exception>
    public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // A key store's ECDsa need know no more than to sign a hash.
        var hash = SHA256.HashData(text.Span);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            try
            {
                return new(_key.SignHash(hash, DSASignatureFormat.Rfc3279DerSequence));
            }
            catch (Exception e) when (e is CryptographicException or NotSupportedException)
            {
                throw new AuditKeyException($"The key of '{Printable.Of(_verifier.Name)}' could not sign: {e.Message}", e);
            }
        }
    }

    /// <summary>Disposes the key, unless it was to be left open.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed && !_leaveOpen)
            {
                _key.Dispose();
            }

            _disposed = true;
        }
    }

    private static EcdsaNoteSigner Own(string name, ECDsa key)
    {
        try
        {
            return new EcdsaNoteSigner(name, key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}
