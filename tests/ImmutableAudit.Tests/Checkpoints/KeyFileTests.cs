using System.Security.Cryptography;
using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Tests.Checkpoints;

public sealed class KeyFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _directory = Directory.CreateTempSubdirectory("keys-").FullName;

    private string Pem => Path.Combine(_directory, "audit.pem");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_made_key_is_read_again_and_its_verifier_key_lies_beside_it()
    {
        using var made = EcdsaNoteSigner.CreatePemFile(Keys.Origin, Pem);
        using var read = EcdsaNoteSigner.FromPemFile(Keys.Origin, Pem);
        var beside = VerifierKey.ReadFile(Path.Combine(_directory, "audit.vkey"));

        Assert.Equal(made.Verifier.ToVerifierKey(), read.Verifier.ToVerifierKey());
        Assert.Equal(made.Verifier.ToVerifierKey(), beside.ToVerifierKey());
        var signature = await read.SignAsync(Keys.Utf8("t\n"));
        Assert.True(beside.Verify(Keys.Utf8("t\n"), signature.Span));
    }

    [Fact]
    public void A_made_key_is_its_owners_alone_and_so_is_a_directory_made_for_it()
    {
        var path = Path.Combine(_directory, "deep", "keys", "audit.pem");
        using var made = EcdsaNoteSigner.CreatePemFile(Keys.Origin, path);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(path));
            Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
        }
    }

    [Fact]
    public void Nothing_is_ever_overwritten()
    {
        using var made = EcdsaNoteSigner.CreatePemFile(Keys.Origin, Pem);
        var before = File.ReadAllText(Pem);

        Assert.Throws<AuditKeyException>(() => EcdsaNoteSigner.CreatePemFile(Keys.Origin, Pem));
        Assert.Equal(before, File.ReadAllText(Pem));

        File.Delete(Pem);
        Assert.Throws<AuditKeyException>(() => EcdsaNoteSigner.CreatePemFile(Keys.Origin, Pem));
        Assert.False(File.Exists(Pem));
    }

    [Fact]
    public void What_is_in_the_way_is_named()
    {
        using var made = EcdsaNoteSigner.CreatePemFile(Keys.Origin, Pem);
        Assert.Contains($"'{Pem}' exists already", Assert.Throws<AuditKeyException>(() => EcdsaNoteSigner.CreatePemFile(Keys.Origin, Pem)).Message, StringComparison.Ordinal);

        File.Delete(Pem);
        var verifierKey = Path.ChangeExtension(Pem, ".vkey");
        Assert.Contains($"'{verifierKey}' exists already", Assert.Throws<AuditKeyException>(() => EcdsaNoteSigner.CreatePemFile(Keys.Origin, Pem)).Message, StringComparison.Ordinal);

        var below = Path.Combine(verifierKey, "keys", "audit.pem");
        Assert.Contains(below, Assert.Throws<AuditKeyException>(() => EcdsaNoteSigner.CreatePemFile(Keys.Origin, below)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_file_that_is_not_called_pem_keeps_its_whole_name_in_that_of_the_verifier_key()
    {
        var path = Path.Combine(_directory, "audit.key");
        using var made = EcdsaNoteSigner.CreatePemFile(Keys.Origin, path);

        Assert.Equal(made.Verifier.ToVerifierKey(), VerifierKey.ReadFile(path + ".vkey").ToVerifierKey());
        Assert.Equal("audit.key audit.key.vkey", string.Join(' ', Directory.GetFiles(_directory).Select(Path.GetFileName).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void The_verifier_key_is_for_everybody_to_read()
    {
        using var made = EcdsaNoteSigner.CreatePemFile(Keys.Origin, Pem);
        if (!OperatingSystem.IsWindows())
        {
            var ordinary = Path.Combine(_directory, "ordinary");
            File.WriteAllText(ordinary, "as any file is made here");
            Assert.Equal(File.GetUnixFileMode(ordinary), File.GetUnixFileMode(Path.ChangeExtension(Pem, ".vkey")));
        }
    }

    [Fact]
    public void A_path_is_needed()
    {
        Assert.Throws<ArgumentException>(() => EcdsaNoteSigner.CreatePemFile(Keys.Origin, ""));
        Assert.Throws<ArgumentException>(() => EcdsaNoteSigner.FromPemFile(Keys.Origin, ""));
        Assert.Throws<ArgumentException>(() => VerifierKey.ReadFile(""));
    }

    [Fact]
    public void A_file_longer_than_any_key_is_refused_unread()
    {
        const int Longest = 64 * 1024;
        var path = Path.Combine(_directory, "long.vkey");
        foreach (var length in new[] { Longest, Longest + 1 })
        {
            File.WriteAllBytes(path, new byte[length]);
            Assert.Equal(length > Longest, Assert.Throws<AuditKeyException>(() => VerifierKey.ReadFile(path)).Message.Contains($"longer than {Longest} bytes", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_key_open_to_others_is_refused_and_the_way_out_is_told(UnixFileMode open)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        EcdsaNoteSigner.CreatePemFile(Keys.Origin, Pem).Dispose();
        File.SetUnixFileMode(Pem, OwnerOnly | open);

        var refusal = Assert.Throws<AuditKeyException>(() => EcdsaNoteSigner.FromPemFile(Keys.Origin, Pem));
        Assert.Contains("chmod 600", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encrypted_key_needs_its_password()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write(key.ExportEncryptedPkcs8PrivateKeyPem(
            "correct", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));

        using var signer = EcdsaNoteSigner.FromPemFile(Keys.Origin, Pem, "correct");
        Assert.Equal(new EcdsaNoteVerifier(Keys.Origin, key).KeyId, signer.Verifier.KeyId);
        Refused("encrypted");
        Assert.Throws<AuditKeyException>(() => EcdsaNoteSigner.FromPemFile(Keys.Origin, Pem, "wrong"));
    }

    [Fact]
    public void A_key_as_OpenSSLs_ecparam_writes_it_is_read()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        Write(parameters + key.ExportECPrivateKeyPem() + "\n");

        using var signer = EcdsaNoteSigner.FromPemFile(Keys.Origin, Pem);
        Assert.Equal(new EcdsaNoteVerifier(Keys.Origin, key).KeyId, signer.Verifier.KeyId);
    }

    [Fact]
    public void Other_keys_than_one_private_P256_key_are_refused_and_named()
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);

        Write(p384.ExportPkcs8PrivateKeyPem());
        Refused("P-256");
        Write(rsa.ExportPkcs8PrivateKeyPem());
        Refused("not one ECDSA private key");
        Write(p256.ExportSubjectPublicKeyInfoPem());
        Refused("public key");
        Write(p256.ExportPkcs8PrivateKeyPem() + "\n" + p256.ExportPkcs8PrivateKeyPem());
        Refused("more than one");
    }

    [Fact]
    public void A_file_without_a_key_is_refused()
    {
        Refused("not there");
        Write("");
        Refused("no private key");
        Write("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        Refused("not one ECDSA private key");
        Write("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----\n");
        Refused("no private key");
        Write(new string('x', 100_000));
        Refused("longer than");
        File.Delete(Pem);
        Directory.CreateDirectory(Pem);
        Refused("key file");
    }

    [Fact]
    public void Garbage_grown_from_a_key_file_is_refused_by_a_key_exception_that_shows_none_of_it()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = key.ExportPkcs8PrivateKeyPem();
        foreach (var garbage in Garbage.From(Keys.Utf8(pem), seed: 5, count: 300))
        {
            try
            {
                PemKey.Read(System.Text.Encoding.Latin1.GetString(garbage), default, "audit.pem").Dispose();
            }
            catch (AuditKeyException refusal)
            {
                Assert.DoesNotContain(pem.Split('\n')[1][..20], refusal.ToString(), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_verifier_key_file_may_have_a_byte_order_mark_and_a_newline_and_nothing_else()
    {
        using var made = EcdsaNoteSigner.CreatePemFile(Keys.Origin, Pem);
        var path = Path.Combine(_directory, "key.vkey");
        var line = made.Verifier.ToVerifierKey();

        File.WriteAllText(path, "\ufeff" + line + "\r\n");
        Assert.Equal(line, VerifierKey.ReadFile(path).ToVerifierKey());
        File.WriteAllText(path, line + "\n" + line + "\n");
        Assert.Throws<AuditKeyException>(() => VerifierKey.ReadFile(path));
        File.WriteAllBytes(path, [0xFF, .. Keys.Utf8(line)]);
        Assert.Throws<AuditKeyException>(() => VerifierKey.ReadFile(path));
        Assert.Throws<AuditKeyException>(() => VerifierKey.ReadFile(path + ".not"));
    }

    private void Write(string pem)
    {
        File.WriteAllText(Pem, pem);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Pem, OwnerOnly);
        }
    }

    private void Refused(string because)
    {
        var refusal = Assert.Throws<AuditKeyException>(() => EcdsaNoteSigner.FromPemFile(Keys.Origin, Pem));
        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(Pem, refusal.Message, StringComparison.Ordinal);
    }
}
