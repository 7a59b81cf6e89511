using System.Security.Cryptography;

namespace ImmutableAudit.Privilege;

/// <summary>Names a document by its content: <c>sha256:</c> and 64 lower-case hexadecimal digits over its bytes.</summary>
internal static class DocumentDigest
{
    public static string Of(ReadOnlySpan<byte> document)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(document, hash);
        return "sha256:" + Convert.ToHexStringLower(hash);
    }
}
