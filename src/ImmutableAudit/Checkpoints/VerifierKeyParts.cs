using System.Globalization;
using System.Text;

namespace ImmutableAudit.Checkpoints;

/// <summary>
/// A verifier key taken apart, of whatever type. <paramref name="Key"/> is what follows the type byte, at least one byte.
/// </summary>
internal readonly record struct VerifierKeyParts(string Name, uint KeyId, byte Type, byte[] Key)
{
    // An ML-DSA-44 key takes about 1,800 characters.
    private const int MaxLength = 8192;

    /// <summary>Takes a verifier key apart, strictly. Whether key id and key belong together depends on the type.</summary>
    /// <exception cref="AuditKeyException">The text is malformed.</exception>
    public static VerifierKeyParts Split(string verifierKey)
    {
        if (verifierKey.Length > MaxLength)
        {
            throw Malformed($"is longer than {MaxLength} characters");
        }

        // Base64 may hold a '+' of its own.
        if (verifierKey.Split('+', 3) is not [var name, var keyId, var base64])
        {
            throw Malformed("is not name+keyid+base64");
        }

        if (NoteKeyName.FindFault(name) is { } fault)
        {
            throw Malformed($"has a name that {fault}");
        }

        if (keyId.Length != 8 || !keyId.All(char.IsAsciiHexDigitLower))
        {
            throw Malformed("has a key id that is not 8 lower-case hexadecimal digits");
        }

        if (!Ascii.IsValid(base64)
            || !NoteText.TryDecodeBase64(Encoding.ASCII.GetBytes(base64), out var bytes)
            || bytes.Length < 2)
        {
            throw Malformed("does not end in canonical base64 of a type and a key");
        }

        return new VerifierKeyParts(name, uint.Parse(keyId, NumberStyles.AllowHexSpecifier), bytes[0], bytes[1..]);
    }

    private static AuditKeyException Malformed(string fault) =>
        new($"The verifier key {fault}. It is one line like 'shop.example/audit+8fea94d4+AjBZ...', copied whole.");
}
