using System.Security.Cryptography;

namespace ImmutableAudit.Privilege;

/// <summary>A key that a subject's votes are signed with. Immutable and thread-safe.</summary>
internal sealed class VoteKey
{
    /// <summary>A P-256 key in DER but for the two coordinates: named curve, uncompressed point. So each key has one spelling.</summary>
    private static ReadOnlySpan<byte> Start =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];

    private const int Length = 27 + (2 * 32);

    private VoteKey(SubjectKey subject, byte[] spki)
    {
        Subject = subject;
        Spki = spki;
        Text = Convert.ToBase64String(spki);
    }

    public SubjectKey Subject { get; }

    public ReadOnlyMemory<byte> Spki { get; }

    /// <summary>In base64.</summary>
    public string Text { get; }

    /// <summary>A subject's key.</summary>
    /// <exception cref="AccessPolicyException">The bytes are no such key.</exception>
    public static VoteKey Of(SubjectKey subject, ReadOnlySpan<byte> spki) => FindFault(spki) is { } fault
        ? throw new AccessPolicyException(
            $"The vote key of {subject} {fault}. Give the public key on curve P-256 as ECDsa.ExportSubjectPublicKeyInfo writes it.")
        : new VoteKey(subject, spki.ToArray());

    private static string? FindFault(ReadOnlySpan<byte> spki)
    {
        using var key = ECDsa.Create();
        int read;
        try
        {
            key.ImportSubjectPublicKeyInfo(spki, out read);
        }
        catch (CryptographicException)
        {
            // The framework's own words differ from platform to platform.
            return spki.Length == Length && spki.StartsWith(Start)
                ? "is not a point of the curve: it was altered or mistyped"
                : "is no SubjectPublicKeyInfo of an elliptic curve";
        }

        return read != spki.Length ? "has bytes behind its end"
            : spki.Length == Length && spki.StartsWith(Start) ? null
            : "is on another curve, or spelled in another way";
    }
}
