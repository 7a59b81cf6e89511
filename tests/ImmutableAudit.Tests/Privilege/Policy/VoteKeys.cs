using System.Security.Cryptography;

namespace ImmutableAudit.Tests.Privilege.Policy;

/// <summary>Public keys that are the same in every run.</summary>
internal static class VoteKeys
{
    /// <summary>The key whose private half is a number.</summary>
    public static byte[] Of(int number)
    {
        var scalar = new byte[32];
        scalar[31] = checked((byte)number);
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
        return key.ExportSubjectPublicKeyInfo();
    }

    /// <summary>A key of another curve.</summary>
    public static byte[] On(ECCurve curve)
    {
        using var key = ECDsa.Create(curve);
        return key.ExportSubjectPublicKeyInfo();
    }
}
