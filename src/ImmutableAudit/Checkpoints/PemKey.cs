using System.Security.Cryptography;

namespace ImmutableAudit.Checkpoints;

/// <summary>Takes an ECDSA private key out of PEM, and says clearly why it cannot.</summary>
internal static class PemKey
{
    private const string HowTo =
        "Make a P-256 key with EcdsaNoteSigner.CreatePemFile, or: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256";

    /// <summary>The one P-256 private key in a PEM text, decrypted where it must be.</summary>
    /// <exception cref="AuditKeyException">There is no such key; the message names the file and holds nothing of it.</exception>
    public static ECDsa Read(ReadOnlySpan<char> pem, ReadOnlySpan<char> password, string path)
    {
        var label = FindKeyLabel(pem, path);
        if (label is "ENCRYPTED PRIVATE KEY" && password.IsEmpty)
        {
            throw new AuditKeyException($"The key in '{path}' is encrypted. Give its password.");
        }

        var key = ECDsa.Create();
        try
        {
            if (label is "ENCRYPTED PRIVATE KEY")
            {
                key.ImportFromEncryptedPem(pem, password);
            }
            else
            {
                key.ImportFromPem(pem);
            }

            return key.KeySize == 256
                ? key
                : throw new AuditKeyException(
                    $"The key in '{path}' has {key.KeySize} bits; only curve P-256 is supported. {HowTo}");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or NotSupportedException)
        {
            key.Dispose();
            throw new AuditKeyException(
                label is "ENCRYPTED PRIVATE KEY"
                    ? $"The key in '{path}' could not be decrypted as an ECDSA key: the password is wrong, or it is another "
                        + "kind of key."
                    : $"The key in '{path}' is not one ECDSA private key. {HowTo}",
                e);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static string FindKeyLabel(ReadOnlySpan<char> pem, string path)
    {
        var publicOnly = false;
        var found = (string?)null;
        for (var rest = pem; PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            var label = rest[fields.Label];
            publicOnly |= label is "PUBLIC KEY" or "CERTIFICATE";
            if (label is not ("PRIVATE KEY" or "EC PRIVATE KEY" or "ENCRYPTED PRIVATE KEY"))
            {
                continue;
            }

            // Which of two keys signs must not be left to chance.
            if (found is not null)
            {
                throw new AuditKeyException($"The file '{path}' holds more than one private key. Keep one for each file.");
            }

            found = label.ToString();
        }

        return found ?? throw new AuditKeyException(publicOnly
            ? $"The file '{path}' holds a public key or certificate only; signing needs the private key."
            : $"The file '{path}' holds no private key in PEM (PKCS#8 or SEC 1). {HowTo}");
    }
}
