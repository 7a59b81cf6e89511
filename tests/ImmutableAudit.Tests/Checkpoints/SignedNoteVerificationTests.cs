using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Tests.Checkpoints;

public sealed class SignedNoteVerificationTests : IDisposable
{
    private const string Text = "a text\n\nof several lines\n";

    private readonly EcdsaNoteSigner _alice = Keys.Signer("alice");
    private readonly EcdsaNoteSigner _bob = Keys.Signer("bob");
    private readonly EcdsaNoteSigner _mallory = Keys.Signer("mallory");

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
        _mallory.Dispose();
    }

    [Fact]
    public async Task Every_known_signer_is_named_in_the_order_of_the_lines_and_unknown_ones_are_ignored()
    {
        var note = await SignedNote.SignAsync(Keys.Utf8(Text), [_bob, _mallory, _alice]);

        Assert.Equal([_bob.Verifier, _alice.Verifier], note.Verify([_alice.Verifier, _bob.Verifier]));
        Assert.Equal([_alice.Verifier], note.Verify([_alice.Verifier]));
    }

    [Fact]
    public async Task A_note_that_no_known_key_signed_is_refused_and_says_who_did()
    {
        var note = await SignedNote.SignAsync(Keys.Utf8(Text), [_mallory]);

        var refusal = Assert.Throws<AuditSignatureException>(() => note.Verify([_alice.Verifier, _bob.Verifier]));
        Assert.Contains("mallory", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<AuditSignatureException>(() => note.Verify([]));
    }

    [Fact]
    public async Task A_bad_signature_by_a_known_key_condemns_the_note_though_another_known_key_signed_it()
    {
        var alice = await _alice.SignAsync(Text);
        var bob = await _bob.SignAsync("another\n");
        var note = SignedNote.Create(Keys.Utf8(Text), [alice, bob]);

        Assert.Throws<AuditSignatureException>(() => note.Verify([_alice.Verifier, _bob.Verifier]));
        Assert.False(note.TryVerify([_bob.Verifier, _alice.Verifier], out var signers, out var reason));
        Assert.Empty(signers);
        Assert.Contains("bob", reason, StringComparison.Ordinal);
        Assert.Single(note.Verify([_alice.Verifier]));
    }

    [Fact]
    public async Task A_signature_under_a_known_name_with_another_key_id_is_by_somebody_else()
    {
        using var impostor = Keys.Signer("alice");
        var note = await SignedNote.SignAsync(Keys.Utf8(Text), [impostor]);

        Assert.False(note.TryVerify([_alice.Verifier], out _, out _));
    }

    [Fact]
    public async Task A_signature_under_a_known_name_and_key_id_by_another_key_is_bad()
    {
        var forged = (await _mallory.SignAsync(Text)) with { Name = "alice", KeyId = _alice.Verifier.KeyId };

        Assert.False(SignedNote.Create(Keys.Utf8(Text), [forged]).TryVerify([_alice.Verifier], out _, out _));
    }

    [Fact]
    public async Task Of_several_lines_by_one_key_the_first_counts_once()
    {
        var good = await _alice.SignAsync(Text);
        var bad = await _alice.SignAsync("another\n");

        Assert.Single(SignedNote.Create(Keys.Utf8(Text), [good, good, bad]).Verify([_alice.Verifier]));
        Assert.Throws<AuditSignatureException>(() => SignedNote.Create(Keys.Utf8(Text), [bad, good]).Verify([_alice.Verifier]));
    }

    [Fact]
    public void A_hundred_lines_by_one_key_cost_one_check()
    {
        var stub = new StubVerifier("a", 1, Keys.Utf8("t\n"), [7]);
        var note = SignedNote.Create("t\n"u8, [.. Enumerable.Repeat(new NoteSignature("a", 1, new byte[] { 7 }), 100)]);

        Assert.Single(note.Verify([stub]));
        Assert.Equal(1, stub.Asked);
    }

    [Fact]
    public void Where_two_known_keys_share_name_and_key_id_either_may_have_signed()
    {
        var first = new StubVerifier("a", 1, Keys.Utf8("t\n"), [1]);
        var second = new StubVerifier("a", 1, Keys.Utf8("t\n"), [2]);

        Assert.Same(second, Assert.Single(SignedNote.Create("t\n"u8, [new("a", 1, new byte[] { 2 })]).Verify([first, second])));
        Assert.False(SignedNote.Create("t\n"u8, [new("a", 1, new byte[] { 3 })]).TryVerify([first, second], out _, out _));
    }

    [Fact]
    public async Task A_key_given_twice_is_one_signer()
    {
        var note = await SignedNote.SignAsync(Keys.Utf8(Text), [_alice]);

        Assert.Single(note.Verify([_alice.Verifier, _alice.Verifier]));
    }

    [Fact]
    public async Task Two_signers_with_one_identity_are_refused()
    {
        await Assert.ThrowsAsync<AuditKeyException>(async () => await SignedNote.SignAsync(Keys.Utf8(Text), [_alice, _alice]));
        await Assert.ThrowsAsync<AuditFormatException>(async () => await SignedNote.SignAsync(Keys.Utf8(Text), []));
    }

    [Fact]
    public async Task Signers_that_share_a_name_or_a_key_but_not_both_sign_together()
    {
        using var namesake = Keys.Signer(_alice.Verifier.Name);
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        using var first = new EcdsaNoteSigner("one.example", key, leaveOpen: true);
        using var second = new EcdsaNoteSigner("two.example", key, leaveOpen: true);

        Assert.Equal(2, (await SignedNote.SignAsync(Keys.Utf8(Text), [_alice, namesake])).Signatures.Count);
        Assert.Equal(2, (await SignedNote.SignAsync(Keys.Utf8(Text), [first, second])).Signatures.Count);
    }

    [Fact]
    public async Task A_signer_whose_signature_its_own_verifier_refuses_makes_no_note()
    {
        var broken = new Mismatched(_alice, _bob.Verifier);

        await Assert.ThrowsAsync<AuditSignatureException>(async () => await SignedNote.SignAsync(Keys.Utf8(Text), [broken]));
    }

    private sealed class Mismatched(INoteSigner signs, INoteVerifier claims) : INoteSigner
    {
        public INoteVerifier Verifier => claims;

        public ValueTask<ReadOnlyMemory<byte>> SignAsync(
            ReadOnlyMemory<byte> text, CancellationToken cancellationToken = default) =>
            signs.SignAsync(text, cancellationToken);
    }
}
