using System.Security.Cryptography;
using System.Text;
using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Tests.Support;

/// <summary>A P-256 key that signs notes straight from the specification (signed-note, type 02), without the library.</summary>
internal sealed class TestKey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestKey(string name) => Name = name;

    public string Name { get; }

    public string VerifierKey =>
        $"{Name}+{Convert.ToHexStringLower(KeyId)}+{Convert.ToBase64String([2, .. _key.ExportSubjectPublicKeyInfo()])}";

    public INoteVerifier Verifier => ImmutableAudit.Checkpoints.VerifierKey.Parse(VerifierKey);

    private byte[] KeyId => SHA256.HashData(_key.ExportSubjectPublicKeyInfo())[..4];

    /// <summary>One signature line over a note's text.</summary>
    public string SignatureLine(string text)
    {
        var signature = _key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return $"\u2014 {Name} {Convert.ToBase64String([.. KeyId, .. signature])}\n";
    }

    public void Dispose() => _key.Dispose();

    /// <summary>A note over a tree head, signed by each of the keys.</summary>
    public static byte[] Checkpoint(string origin, long size, byte[] root, params TestKey[] keys)
    {
        var text = $"{origin}\n{size}\n{Convert.ToBase64String(root)}\n";
        return Encoding.UTF8.GetBytes(text + "\n" + string.Concat(keys.Select(key => key.SignatureLine(text))));
    }
}
