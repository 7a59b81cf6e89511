using System.Buffers.Binary;
using System.Security.Cryptography;
using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Tests.Checkpoints;

public class VerifierKeyTests
{
    /// <summary>The specification's example, an Ed25519 key.</summary>
    private const string Example = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    private const string ExampleText = "This is an example message.\n";

    private const string ExampleSignature =
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=";

    [Fact]
    public void A_verifier_key_reads_back()
    {
        using var signer = Keys.Signer("ключ/🔑");
        var text = signer.Verifier.ToVerifierKey();
        var read = VerifierKey.Parse(text);

        Assert.Equal(text, read.ToVerifierKey());
        Assert.Equal((signer.Verifier.Name, signer.Verifier.KeyId), (read.Name, read.KeyId));
        Assert.True(VerifierKey.TryParse(text, out _));
    }

    [Fact]
    public void The_example_key_comes_apart_and_says_what_it_needs()
    {
        var parts = VerifierKeyParts.Split(Example);

        Assert.Equal(("example.com/foo", 0x530d903au, (byte)1, 32), (parts.Name, parts.KeyId, parts.Type, parts.Key.Length));
        byte[] hashed = [.. Keys.Utf8(parts.Name), 0x0A, parts.Type, .. parts.Key];
        Assert.Equal(parts.KeyId, BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(hashed)));

        var refusal = Assert.Throws<AuditKeyException>(() => VerifierKey.Parse(Example));
        Assert.Contains("Ed25519", refusal.Message, StringComparison.Ordinal);
        Assert.False(VerifierKey.TryParse(Example, out _));
    }

    [Fact]
    public void The_example_note_verifies_by_a_verifier_of_ones_own()
    {
        var note = SignedNote.Parse(Keys.Utf8($"{ExampleText}\n— example.com/foo {ExampleSignature}\n"));
        var stub = new StubVerifier(
            "example.com/foo", 0x530d903a, Keys.Utf8(ExampleText), Convert.FromBase64String(ExampleSignature)[4..]);

        Assert.Same(stub, Assert.Single(note.Verify([stub])));
        Assert.Equal(64, note.Signatures[0].Signature.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("name")]
    [InlineData("name+530d903a")]
    [InlineData("name+530d903a+")]
    [InlineData("name+530d903a+Ag==")]
    [InlineData("+530d903a+AekyeRrm")]
    [InlineData("na me+530d903a+AekyeRrm")]
    [InlineData("na\nme+530d903a+AekyeRrm")]
    [InlineData("na\u001bme+530d903a+AekyeRrm")]
    [InlineData("name+530D903A+AekyeRrm")]
    [InlineData("name+530d903+AekyeRrm")]
    [InlineData("name+0530d903a+AekyeRrm")]
    [InlineData("name+ 30d903a+AekyeRrm")]
    [InlineData("name+530d903a+AekyeRr")]
    [InlineData("name+530d903a+AekyeRü=")]
    [InlineData("name+530d903a+AekyeRrm\n")]
    [InlineData(" name+530d903a+AekyeRrm")]
    [InlineData("name+530d903a+AekyeR==")]
    [InlineData("name+530d903a+AgEC")]
    public void A_malformed_verifier_key_is_refused(string text)
    {
        Assert.Throws<AuditKeyException>(() => VerifierKey.Parse(text));
        Assert.False(VerifierKey.TryParse(text, out _));
    }

    [Fact]
    public void A_key_id_that_is_not_the_keys_is_refused()
    {
        using var signer = Keys.Signer();
        var key = signer.Verifier.ToVerifierKey();
        var other = key.Replace($"{signer.Verifier.KeyId:x8}", $"{signer.Verifier.KeyId ^ 1:x8}", StringComparison.Ordinal);

        Assert.Throws<AuditKeyException>(() => VerifierKey.Parse(other));
    }

    [Fact]
    public void No_change_of_one_byte_reads_as_the_same_name_with_another_key_or_the_other_way_round()
    {
        using var signer = Keys.Signer();
        var original = signer.Verifier.ToVerifierKey();
        foreach (var (changed, _) in OneByteChanges.Of(Keys.Utf8(original)))
        {
            // The key id binds the key; the name is bound by nothing in type 02.
            if (VerifierKey.TryParse(System.Text.Encoding.UTF8.GetString(changed), out var key))
            {
                Assert.Equal(signer.Verifier.ToVerifierKey()[Keys.Origin.Length..], key.ToVerifierKey()[key.Name.Length..]);
            }
        }
    }

    [Fact]
    public void A_missing_or_overlong_key_is_refused()
    {
        Assert.False(VerifierKey.TryParse(null, out _));
        Assert.Throws<AuditKeyException>(() => VerifierKey.Parse("n+530d903a+" + new string('A', 100_000)));
    }

    [Theory]
    [InlineData("nn+530d903a+", 8180, false)]
    [InlineData("nnn+530d903a+", 8180, true)]
    public void A_key_of_a_type_that_is_not_known_may_have_eight_kilobytes(string beginning, int base64, bool isTooLong)
    {
        var e = Assert.Throws<AuditKeyException>(() => VerifierKey.Parse(beginning + new string('A', base64)));
        Assert.Equal(isTooLong, e.Message.Contains("longer than", StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_has_a_type_and_one_byte_at_least()
    {
        Assert.Contains("canonical base64", Assert.Throws<AuditKeyException>(() => VerifierKey.Parse("n+530d903a+/w==")).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canonical base64", Assert.Throws<AuditKeyException>(() => VerifierKey.Parse("n+530d903a+//8=")).Message, StringComparison.Ordinal);
    }
}
