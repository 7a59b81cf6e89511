using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// By what a commit is known again: a message authentication code over its entries, under a key that never leaves this process. Whoever
/// writes to the journal can make its checksums fit, but no other entries that this is of (LOG.md L2).
/// </summary>
/// <remarks>
/// AES-GCM that encrypts nothing and authenticates everything: GMAC (NIST SP 800-38D), cheaper than a hash where commits are long.
/// Thread-safe.
/// </remarks>
internal readonly record struct CommitSeal
{
    private const int TagLength = 16;
    private const int NonceLength = 12;

    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private static long s_last;

    /// <summary>An instance is for one thread at a time.</summary>
    [ThreadStatic]
    private static AesGcm? t_cipher;

    private readonly UInt128 _tag;

    /// <summary>No two codes are made with the same.</summary>
    private readonly long _nonce;

    private CommitSeal(long nonce, UInt128 tag) => (_nonce, _tag) = (nonce, tag);

    /// <summary>Seals entries as they lie in a bundle.</summary>
    public static CommitSeal Of(ReadOnlySpan<byte> entries)
    {
        var nonce = Interlocked.Increment(ref s_last);
        Span<byte> tag = stackalloc byte[TagLength];
        Authenticate(entries, nonce, tag);
        return new CommitSeal(nonce, BinaryPrimitives.ReadUInt128BigEndian(tag));
    }

    /// <summary>Whether this is the seal of just these bytes.</summary>
    public bool IsOf(ReadOnlySpan<byte> entries)
    {
        Span<byte> tag = stackalloc byte[TagLength];
        Span<byte> found = stackalloc byte[TagLength];
        BinaryPrimitives.WriteUInt128BigEndian(tag, _tag);
        Authenticate(entries, _nonce, found);
        return CryptographicOperations.FixedTimeEquals(tag, found);
    }

    private static void Authenticate(ReadOnlySpan<byte> entries, long number, Span<byte> tag)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        BinaryPrimitives.WriteInt64BigEndian(nonce[(NonceLength - sizeof(long))..], number);
        (t_cipher ??= new AesGcm(Key, TagLength)).Encrypt(nonce, plaintext: [], ciphertext: [], tag, entries);
    }
}
