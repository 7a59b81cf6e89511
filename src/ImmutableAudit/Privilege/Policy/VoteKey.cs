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
            $"The vote key of {subject} {fault}. Give the public key as ECDsa.ExportSubjectPublicKeyInfo writes it.")
        : new VoteKey(subject, spki.ToArray());

    private static string? FindFault(ReadOnlySpan<byte> spki)
    {
        // The framework is given nothing else: what it throws for a curve that it does not know differs from platform to platform.
        if (spki.Length != Length || !spki.StartsWith(Start))
        {
            return "is no SubjectPublicKeyInfo of a P-256 key (91 bytes of DER, named curve, uncompressed point)";
        }

        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(spki, out _);
            return null;
        }
        catch (CryptographicException)
        {
            return "is not a point of the curve: it was altered or mistyped";
        }
    }
}
