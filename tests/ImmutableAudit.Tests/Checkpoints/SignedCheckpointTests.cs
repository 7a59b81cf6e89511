using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tests.Checkpoints;

public sealed class SignedCheckpointTests : IDisposable
{
    private readonly EcdsaNoteSigner _log = Keys.Signer();
    private readonly EcdsaNoteSigner _witness = Keys.Signer("witness.example");
    private readonly Checkpoint _checkpoint = new(Keys.Origin, 0, MerkleHash.EmptyRoot);

    public void Dispose()
    {
        _log.Dispose();
        _witness.Dispose();
    }

    [Fact]
    public async Task What_is_signed_is_the_checkpoints_text_and_reads_back()
    {
        var signed = await SignedCheckpoint.SignAsync(_checkpoint, [_log, _witness]);
        var read = SignedCheckpoint.Parse(signed.Bytes);

        Assert.Equal(_checkpoint, read.Checkpoint);
        Assert.Equal(_checkpoint.ToText(), read.Note.Text.ToArray());
        Assert.Equal(signed.Bytes.ToArray(), read.Bytes.ToArray());
        Assert.Equal([_log.Verifier, _witness.Verifier], read.Verify(Keys.Origin, [_log.Verifier, _witness.Verifier]));
    }

    [Fact]
    public async Task Another_logs_checkpoint_is_refused_though_the_key_is_known()
    {
        var signed = await SignedCheckpoint.SignAsync(_checkpoint, [_log]);

        var refusal = Assert.Throws<AuditSignatureException>(() => signed.Verify("other.example", [_log.Verifier]));
        Assert.Contains("other.example", refusal.Message, StringComparison.Ordinal);
        Assert.False(signed.TryVerify("other.example", [_log.Verifier], out var signers, out _));
        Assert.Empty(signers);
    }

    [Fact]
    public async Task Where_no_origin_is_given_a_signing_key_must_be_named_after_it()
    {
        var byLog = await SignedCheckpoint.SignAsync(_checkpoint, [_log, _witness]);
        var byWitness = await SignedCheckpoint.SignAsync(_checkpoint, [_witness]);

        Assert.Equal(2, byLog.Verify(null, [_log.Verifier, _witness.Verifier]).Count);
        Assert.Throws<AuditSignatureException>(() => byWitness.Verify(null, [_log.Verifier, _witness.Verifier]));
        Assert.Single(byWitness.Verify(Keys.Origin, [_witness.Verifier]));
    }

    [Fact]
    public async Task A_name_cannot_drive_a_terminal_through_a_message()
    {
        const string Hostile = "\u202Eelpmaxe\u200B\u2066";
        using var mallory = Keys.Signer(Hostile);
        var signed = await SignedCheckpoint.SignAsync(new Checkpoint(Hostile, 0, MerkleHash.EmptyRoot), [mallory, _witness]);
        var forged = SignedNote.Create(
            signed.Note.Text.Span, [signed.Note.Signatures[0] with { Signature = signed.Note.Signatures[1].Signature }]);

        foreach (var refused in new Action[]
        {
            () => signed.Verify(Keys.Origin, [mallory.Verifier]),
            () => signed.Verify(null, [_witness.Verifier]),
            () => signed.Verify(null, [_log.Verifier]),
            () => forged.Verify([mallory.Verifier]),
        })
        {
            var message = Assert.Throws<AuditSignatureException>(refused).Message;
            Assert.Contains(@"\u{202e}elpmaxe\u{200b}\u{2066}", message, StringComparison.Ordinal);
            Assert.DoesNotContain(message, c => c is '\u202E' or '\u200B' or '\u2066');
        }
    }

    [Fact]
    public async Task A_note_that_is_no_checkpoint_is_refused()
    {
        var note = await SignedNote.SignAsync(Keys.Utf8("hello\n"), [_log]);

        Assert.Throws<AuditFormatException>(() => SignedCheckpoint.Parse(note.Bytes));
        Assert.False(SignedCheckpoint.TryParse(note.Bytes, out _));
        Assert.False(SignedCheckpoint.TryParse(Keys.Utf8("no note"), out _));
    }
}
