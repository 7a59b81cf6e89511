using System.Buffers;
using System.Security.Cryptography;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Privilege;

/// <summary>SHA-256 over the bytes of a policy's document; spelled <c>sha256:</c> and 64 lower-case hexadecimal digits.</summary>
public readonly record struct PolicyDigest
{
    private const string Prefix = "sha256:";

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private readonly MerkleHash _hash;

    private PolicyDigest(ReadOnlySpan<byte> hash) => _hash = new MerkleHash(hash);

    /// <summary>The digest of a document's bytes.</summary>
    public static PolicyDigest Of(ReadOnlySpan<byte> document)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(document, hash);
        return new PolicyDigest(hash);
    }

    /// <summary>Reads what <see cref="ToString"/> writes; nothing else is a digest.</summary>
    public static bool TryParse(string? text, out PolicyDigest digest)
    {
        digest = default;
        if (text is null || text.Length != Prefix.Length + (2 * SHA256.HashSizeInBytes)
            || !text.StartsWith(Prefix, StringComparison.Ordinal) || text.AsSpan(Prefix.Length).ContainsAnyExcept(LowerHex))
        {
            return false;
        }

        digest = new PolicyDigest(Convert.FromHexString(text.AsSpan(Prefix.Length)));
        return true;
    }

    /// <summary>The digest as text.</summary>
    public override string ToString()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.CopyTo(hash);
        return Prefix + Convert.ToHexStringLower(hash);
    }
}
