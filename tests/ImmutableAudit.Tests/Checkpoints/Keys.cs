using System.Security.Cryptography;
using System.Text;
using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Tests.Checkpoints;

/// <summary>Keys and notes that several tests use. Made anew for each run; only vectors made by others are constants.</summary>
internal static class Keys
{
    public const string Origin = "shop.example/audit";

    public static EcdsaNoteSigner Signer(string name = Origin) => new(name, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static async Task<NoteSignature> SignAsync(this INoteSigner signer, string text) =>
        new(signer.Verifier.Name, signer.Verifier.KeyId, await signer.SignAsync(Utf8(text)));
}

/// <summary>A key of some other type: accepts one signature of one text, and counts how often it is asked.</summary>
internal sealed class StubVerifier(string name, uint keyId, byte[] text, byte[] signature) : INoteVerifier
{
    public int Asked { get; private set; }

    public string Name => name;

    public uint KeyId => keyId;

    public bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> candidate)
    {
        Asked++;
        return signed.SequenceEqual(text) && candidate.SequenceEqual(signature);
    }

    public string ToVerifierKey() => throw new NotSupportedException();
}
