using System.Security.Cryptography;
using System.Text;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Privilege;

/// <summary>
/// An approver's own signature under a vote (PRIVILEGE.md P25): that this person voted then does not rest on the host's word.
/// ECDSA over P-256 with SHA-256. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// Signed are the bytes of <see cref="BytesToSign"/>. The key never needs to come near the host: sign where the approver is, and hand in
/// the signature.
/// </remarks>
public sealed class VoteProof
{
    /// <summary>Bytes of a signature: r and s, 32 each (IEEE P1363).</summary>
    public const int SignatureLength = 64;

    private readonly byte[] _signature;

    /// <summary>Takes a signature.</summary>
    /// <param name="keyId">Which key: <see cref="KeyIdOf"/> of its public half.</param>
    /// <param name="signature">The signature, <see cref="SignatureLength"/> bytes.</param>
    /// <exception cref="ArgumentException">One of them has another form.</exception>
    public VoteProof(string keyId, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(keyId);
        if (keyId.Length != 2 * SHA256.HashSizeInBytes || !keyId.All(char.IsAsciiHexDigitLower) || signature.Length != SignatureLength)
        {
            throw new ArgumentException(
                $"A vote's proof is a key id of {2 * SHA256.HashSizeInBytes} lower-case hexadecimal digits and a signature of {SignatureLength} bytes (IEEE P1363).", nameof(signature));
        }

        KeyId = keyId;
        _signature = signature.ToArray();
    }

    /// <summary>SHA-256 of the key's SubjectPublicKeyInfo in lower-case hexadecimal.</summary>
    public string KeyId { get; }

    /// <summary>The signature.</summary>
    public ReadOnlyMemory<byte> Signature => _signature;

    /// <summary>What an approver signs.</summary>
    /// <param name="request">Leaf hash of the request's entry, which no other request has.</param>
    /// <param name="approves">Whether the vote is in favour.</param>
    public static byte[] BytesToSign(MerkleHash request, bool approves) =>
        Encoding.ASCII.GetBytes($"immutableaudit/vote/v1\n{(approves ? "approve" : "deny")}\n{request}\n");

    /// <summary>Names a public key.</summary>
    /// <param name="subjectPublicKeyInfo">The key as DER (RFC 5280 section 4.1.2.7).</param>
    public static string KeyIdOf(ReadOnlySpan<byte> subjectPublicKeyInfo) => Convert.ToHexStringLower(SHA256.HashData(subjectPublicKeyInfo));

    /// <summary>Signs a vote.</summary>
    /// <param name="key">The approver's private key, P-256.</param>
    /// <param name="request">Leaf hash of the request's entry.</param>
    /// <param name="approves">Whether the vote is in favour.</param>
    public static VoteProof Sign(ECDsa key, MerkleHash request, bool approves)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new VoteProof(
            KeyIdOf(key.ExportSubjectPublicKeyInfo()),
            key.SignData(BytesToSign(request, approves), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    /// <summary>Whether it is a vote on this request by one of these keys.</summary>
    internal bool IsBy(IReadOnlyList<ReadOnlyMemory<byte>> keys, MerkleHash request, bool approves)
    {
        foreach (var key in keys)
        {
            if (KeyIdOf(key.Span) == KeyId)
            {
                using var verifier = ECDsa.Create();
                verifier.ImportSubjectPublicKeyInfo(key.Span, out _);
                return verifier.VerifyData(
                    BytesToSign(request, approves), _signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            }
        }

        return false;
    }
}
