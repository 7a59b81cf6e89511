using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Tests.Checkpoints;

public sealed class SignedNoteTamperTests : IDisposable
{
    private const string Text = "shop.example/audit\n2\nkWkf0XgD+ovvnzCiPGQzyEXOXj0hiOnZAbWZdb3Ysz8=\n";

    private readonly EcdsaNoteSigner _known = Keys.Signer();
    private readonly EcdsaNoteSigner _unknown = Keys.Signer("unknown");

    public void Dispose()
    {
        _known.Dispose();
        _unknown.Dispose();
    }

    [Fact]
    public async Task No_change_of_one_byte_makes_other_text_verify()
    {
        var note = await SignedNote.SignAsync(Keys.Utf8(Text), [_known, _unknown]);
        var original = note.Bytes.ToArray();
        var unknownLine = original.AsSpan().LastIndexOf("— unknown"u8);
        var accepted = 0;
        foreach (var (changed, at) in OneByteChanges.Of(original))
        {
            if (!SignedNote.TryParse(changed, out var parsed) || !parsed.TryVerify([_known.Verifier], out _, out _))
            {
                continue;
            }

            accepted++;
            Assert.True(at >= unknownLine, $"A change at byte {at}, before the unknown signer's line, was accepted.");
            Assert.Equal(Keys.Utf8(Text), parsed.Text.ToArray());
            Assert.Equal(note.Signatures[0], parsed.Signatures[0]);
        }

        Assert.NotEqual(0, accepted);
    }

    [Fact]
    public async Task Garbage_grown_from_a_note_is_refused_or_has_its_text_and_throws_nothing_else()
    {
        var original = (await SignedNote.SignAsync(Keys.Utf8(Text), [_known])).Bytes.ToArray();
        foreach (var garbage in Garbage.From(original, seed: 20, count: 2000))
        {
            if (!SignedNote.TryParse(garbage, out var note))
            {
                continue;
            }

            Assert.Equal(garbage, SignedNote.Create(note.Text.Span, note.Signatures).Bytes.ToArray());
            if (note.TryVerify([_known.Verifier], out _, out _))
            {
                Assert.Equal(Keys.Utf8(Text), note.Text.ToArray());
            }
        }
    }
}
