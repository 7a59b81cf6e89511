using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ImmutableAudit.Checkpoints;

/// <summary>
/// Verifies ECDSA signatures on curve P-256: C2SP signed-note type 02. A signature is ASN.1 DER over the SHA-256 of the text,
/// the key id the first four bytes of the SHA-256 of the SubjectPublicKeyInfo (LOG.md L24).
/// </summary>
/// <remarks>
/// <para>Immutable and thread-safe. ECDSA signatures are malleable: who knows one can spell a second one of the same text.</para>
/// <para>It keeps the key imported, at most once for each processor. There is nothing to dispose of: what an import holds outside
/// managed memory has a finalizer of its own.</para>
/// </remarks>
public sealed class EcdsaNoteVerifier : INoteVerifier
{
    internal const byte Type = 0x02;

    // Everything of a P-256 key in DER but the two coordinates: named curve, uncompressed point. The one spelling there is.
    private static ReadOnlySpan<byte> SpkiStart =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];

    private const int SpkiLength = 27 + (2 * 32);

    private readonly byte[] _spki;

    /// <summary>
    /// The key, imported, and idle. Importing takes longer than a check; but an ECDsa is not promised to be thread-safe, so each
    /// check takes one out, and whoever finds none imports another.
    /// </summary>
    private readonly ECDsa?[] _idle = new ECDsa?[Environment.ProcessorCount];

    /// <summary>Takes the public key from its SubjectPublicKeyInfo in DER (the body of a <c>PUBLIC KEY</c> PEM).</summary>
    /// <param name="name">
    /// The key's name: usually the log's origin; not empty, no spaces, no <c>+</c>, at most 255 bytes of UTF-8.
    /// </param>
    /// <param name="subjectPublicKeyInfo">91 bytes: a P-256 key with named curve and uncompressed point.</param>
    /// <exception cref="AuditKeyException">The name is invalid, or the bytes are no P-256 public key.</exception>
    public EcdsaNoteVerifier(string name, ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        NoteKeyName.ThrowIfInvalid(name);
        if (subjectPublicKeyInfo.Length != SpkiLength || !subjectPublicKeyInfo.StartsWith(SpkiStart))
        {
            throw new AuditKeyException(
                $"The public key of '{Printable.Of(name)}' is not an ECDSA key on curve P-256 (91 bytes of DER, named curve, uncompressed "
                + "point). Only P-256 is supported.");
        }

        Name = name;
        _spki = subjectPublicKeyInfo.ToArray();
        KeyId = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(_spki));
        try
        {
            _idle[0] = Import();
        }
        catch (CryptographicException e)
        {
            throw new AuditKeyException(
                $"The public key of '{Printable.Of(name)}' is not a point of curve P-256: it was altered or mistyped.", e);
        }
    }

    /// <summary>Takes the public half of a key; the key is not kept.</summary>
    /// <param name="name">As in the other constructor.</param>
    /// <param name="key">A P-256 key, with or without its private half.</param>
    /// <exception cref="AuditKeyException">
    /// The name is invalid, or the key is not on curve P-256 or does not give out its public half.
    /// </exception>
    public EcdsaNoteVerifier(string name, ECDsa key)
        : this(name, Export(name, key))
    {
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public uint KeyId { get; }

    /// <summary>The public key: SubjectPublicKeyInfo in DER.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => _spki;

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        var key = Take() ?? Import();
        try
        {
            return key.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            // Some platforms throw for a signature that is not DER.
            return false;
        }
        finally
        {
            GiveBack(key);
        }
    }

    /// <inheritdoc/>
    public string ToVerifierKey() => $"{Name}+{KeyId:x8}+{Convert.ToBase64String([Type, .. _spki])}";

    /// <summary>The verifier key.</summary>
    public override string ToString() => ToVerifierKey();

    private ECDsa? Take()
    {
        foreach (ref var place in _idle.AsSpan())
        {
            if (place is not null && Interlocked.Exchange(ref place, null) is { } key)
            {
                return key;
            }
        }

        return null;
    }

    private void GiveBack(ECDsa key)
    {
        foreach (ref var place in _idle.AsSpan())
        {
            if (place is null && Interlocked.CompareExchange(ref place, key, null) is null)
            {
                return;
            }
        }

        key.Dispose();
    }

    private ECDsa Import()
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(_spki, out _);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static byte[] Export(string name, ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        try
        {
            return key.ExportSubjectPublicKeyInfo();
        }
        catch (Exception e) when (e is CryptographicException or NotSupportedException or NotImplementedException)
        {
            // A key store's own class says in any of these ways that it does not.
            throw new AuditKeyException(
                $"The key of '{Printable.Of(name)}' does not give out its public half ({e.Message}) A key store's "
                + "ECDsa must implement ExportParameters(false).",
                e);
        }
    }
}
