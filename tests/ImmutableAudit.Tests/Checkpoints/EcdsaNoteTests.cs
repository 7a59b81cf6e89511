using System.Security.Cryptography;
using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Tests.Checkpoints;

public class EcdsaNoteTests
{
    // Made by OpenSSL 3.0, with the text below in the file 'text':
    //   openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out k.pem
    //   openssl pkey -in k.pem -pubout -outform DER | base64 -w0
    //   openssl dgst -sha256 -sign k.pem text | base64 -w0
    //   openssl pkey -in k.pem -pubout -outform DER | openssl dgst -sha256      (begins with d212a302)
    private const string OpenSslText = "openssl.example/audit\n2\nkWkf0XgD+ovvnzCiPGQzyEXOXj0hiOnZAbWZdb3Ysz8=\n";

    private const string OpenSslSpki =
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEyEcBMUrgggOMFnRAnn/5HKNbpmh+"
        + "ozmo8kOiH9XMo1K40L5MelbN9cMPMtA1vdIBhOl+CSy/rmRB3enhP17d5Q==";

    private const string OpenSslSignature =
        "MEYCIQDQOkDgUCquKlnjNFFYTDwa/VCV0BVG9qm0owO+6HHuwQIhAJ7XWLWB8IOUsB2fidJUuynwBk7k9GlvO4o660jAESzB";

    private static readonly EcdsaNoteVerifier s_openSsl = new("openssl.example/audit", Convert.FromBase64String(OpenSslSpki));

    [Fact]
    public void A_signature_made_by_OpenSSL_verifies()
    {
        var signature = Convert.FromBase64String(OpenSslSignature);

        Assert.Equal(0xd212a302u, s_openSsl.KeyId);
        Assert.True(s_openSsl.Verify(Keys.Utf8(OpenSslText), signature));
        Assert.False(s_openSsl.Verify(Keys.Utf8(OpenSslText + "x"), signature));
    }

    [Fact]
    public void A_checkpoint_signed_by_OpenSSL_verifies()
    {
        var payload = Convert.ToBase64String([0xd2, 0x12, 0xa3, 0x02, .. Convert.FromBase64String(OpenSslSignature)]);
        var signed = SignedCheckpoint.Parse(Keys.Utf8($"{OpenSslText}\n— openssl.example/audit {payload}\n"));
        var spki = Convert.ToBase64String([2, .. Convert.FromBase64String(OpenSslSpki)]);
        var key = VerifierKey.Parse("openssl.example/audit+d212a302+" + spki);

        Assert.Same(key, Assert.Single(signed.Verify(null, [key])));
    }

    [Fact]
    public void A_bad_signature_of_whatever_shape_is_an_answer_and_no_exception()
    {
        var good = Convert.FromBase64String(OpenSslSignature);
        foreach (var (changed, at) in OneByteChanges.Of(good))
        {
            Assert.False(s_openSsl.Verify(Keys.Utf8(OpenSslText), changed), $"A change at byte {at} was accepted.");
        }

        foreach (var garbage in Garbage.From(good, seed: 24, count: 500).Where(garbage => !garbage.SequenceEqual(good)))
        {
            Assert.False(s_openSsl.Verify(Keys.Utf8(OpenSslText), garbage));
        }

        // The same two numbers in other clothes: a length in long form (BER), a leading zero too many, IEEE P1363, an empty
        // sequence.
        Assert.False(s_openSsl.Verify(Keys.Utf8(OpenSslText), (byte[])[0x30, 0x81, .. good[1..]]));
        Assert.False(s_openSsl.Verify(Keys.Utf8(OpenSslText), (byte[])[0x30, 0x47, 0x02, 0x22, 0, .. good[4..]]));
        Assert.False(s_openSsl.Verify(Keys.Utf8(OpenSslText), (byte[])[.. good[5..37], .. good[40..]]));
        Assert.False(s_openSsl.Verify(Keys.Utf8(OpenSslText), [0x30, 0]));
        Assert.False(s_openSsl.Verify(Keys.Utf8(OpenSslText), [0x30, 6, 2, 1, 0, 2, 1, 0]));
    }

    [Fact]
    public void A_public_key_that_is_not_exactly_a_P256_point_is_refused()
    {
        var spki = Convert.FromBase64String(OpenSslSpki);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);

        Assert.Throws<AuditKeyException>(() => new EcdsaNoteVerifier("n", (byte[])[.. spki[..^1], (byte)(spki[^1] ^ 1)]));
        Assert.Throws<AuditKeyException>(() => new EcdsaNoteVerifier("n", (byte[])[.. spki, 0]));
        Assert.Throws<AuditKeyException>(() => new EcdsaNoteVerifier("n", spki.AsSpan(0, 90)));
        Assert.Throws<AuditKeyException>(() => new EcdsaNoteVerifier("n", (byte[])[.. spki[..27], .. new byte[64]]));
        Assert.Throws<AuditKeyException>(() => new EcdsaNoteVerifier("n", ReadOnlySpan<byte>.Empty));
        Assert.Throws<AuditKeyException>(() => new EcdsaNoteVerifier("n", p384.ExportSubjectPublicKeyInfo()));
        Assert.Throws<AuditKeyException>(() => new EcdsaNoteVerifier("n", rsa.ExportSubjectPublicKeyInfo()));
        Assert.Throws<AuditKeyException>(() => new EcdsaNoteVerifier("n", p384));
        Assert.Throws<AuditKeyException>(() => new EcdsaNoteSigner("n", p384));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a+b")]
    [InlineData("a\nb")]
    [InlineData("a\u001b[31mb")]
    [InlineData("a\u2003b")]
    public void A_name_that_a_signature_line_cannot_hold_is_refused(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.DoesNotContain('\u001b', Assert.Throws<AuditKeyException>(() => new EcdsaNoteSigner(name, key)).Message);
        Assert.Throws<AuditKeyException>(() => new EcdsaNoteVerifier(name, Convert.FromBase64String(OpenSslSpki)));
        Assert.Throws<AuditKeyException>(() => EcdsaNoteSigner.FromPemFile(name, "no-such-file"));
    }

    [Fact]
    public async Task A_key_stores_ECDsa_that_can_only_sign_a_hash_signs()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var store = new KeyStore(key);
        using var signer = new EcdsaNoteSigner("n", store);

        Assert.Single((await SignedNote.SignAsync(Keys.Utf8("text\n"), [signer])).Verify([new EcdsaNoteVerifier("n", key)]));
        store.Fails = true;
        await Assert.ThrowsAsync<AuditKeyException>(async () => await signer.SignAsync(Keys.Utf8("text\n")));
    }

    [Theory]
    [InlineData(typeof(CryptographicException))]
    [InlineData(typeof(NotSupportedException))]
    [InlineData(typeof(NotImplementedException))]
    public void A_key_store_that_keeps_the_public_half_to_itself_is_refused_in_whatever_way_it_does(Type how)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var store = new KeyStore(key) { Withholding = (Exception)Activator.CreateInstance(how)! };

        var refusal = Assert.Throws<AuditKeyException>(() => new EcdsaNoteSigner("n", store));

        Assert.Contains("ExportParameters(false)", refusal.Message, StringComparison.Ordinal);
        Assert.Same(store.Withholding, refusal.InnerException);
    }

    [Fact]
    public async Task Many_threads_may_sign_and_verify_with_one_key()
    {
        using var signer = Keys.Signer();
        var text = Keys.Utf8("text\n");

        await Parallel.ForAsync(0, 200, async (_, cancellation) =>
        {
            var signature = await signer.SignAsync(text, cancellation);
            Assert.True(signer.Verifier.Verify(text, signature.Span));
        });
    }

    [Fact]
    public void More_threads_than_processors_get_right_answers_from_one_verifier_at_once()
    {
        var good = Convert.FromBase64String(OpenSslSignature);
        byte[][] bad = [[.. good[..^1], (byte)(good[^1] ^ 1)], [0x30, 0], []];
        var verifier = new EcdsaNoteVerifier("openssl.example/audit", Convert.FromBase64String(OpenSslSpki));
        var count = (4 * Environment.ProcessorCount) + 1;
        using var together = new Barrier(count);
        var wrong = 0;
        var threads = Enumerable.Range(0, count).Select(number => new Thread(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                together.SignalAndWait();
                var isGood = (number + i) % 2 == 0;
                if (verifier.Verify(Keys.Utf8(OpenSslText), isGood ? good : bad[i % bad.Length]) != isGood)
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Equal(0, wrong);
    }

    [Fact]
    public async Task A_disposed_signer_signs_no_more_and_its_verifier_goes_on()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signer = new EcdsaNoteSigner("n", key, leaveOpen: true);
        var signature = await signer.SignAsync(Keys.Utf8("t\n"));
        signer.Dispose();
        signer.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await signer.SignAsync(Keys.Utf8("t\n")));
        Assert.True(signer.Verifier.Verify(Keys.Utf8("t\n"), signature.Span));
        Assert.NotEmpty(key.SignHash(new byte[32]));
    }

    [Fact]
    public void A_signer_takes_its_key_with_it_unless_that_is_to_be_left()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        new EcdsaNoteSigner("n", key).Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.SignHash(new byte[32]));
    }

    [Fact]
    public async Task Nothing_is_signed_once_that_is_cancelled()
    {
        using var signer = Keys.Signer();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await signer.SignAsync(Keys.Utf8("t\n"), new CancellationToken(canceled: true)));
    }

    [Fact]
    public void The_name_is_looked_at_before_the_file()
    {
        var e = Assert.Throws<AuditKeyException>(() => EcdsaNoteSigner.FromPemFile("two words", "no-such-file"));
        Assert.DoesNotContain("no-such-file", e.Message, StringComparison.Ordinal);
    }

    private sealed class KeyStore : ECDsa
    {
        private readonly ECDsa _key;

        public KeyStore(ECDsa key)
        {
            _key = key;
            KeySizeValue = key.KeySize;
        }

        public bool Fails { get; set; }

        /// <summary>Thrown where the public half is asked for.</summary>
        public Exception? Withholding { get; init; }

        public override byte[] SignHash(byte[] hash) => Fails ? throw new CryptographicException(
            "no connection") : _key.SignHash(hash);

        public override bool VerifyHash(byte[] hash, byte[] signature) => throw new NotSupportedException();

        public override ECParameters ExportParameters(bool includePrivateParameters) =>
            includePrivateParameters ? throw new CryptographicException("not exportable") : Withholding is null ? _key.ExportParameters(false) : throw Withholding;
    }
}
