using System.Text;
using FsCheck.Fluent;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Checkpoints;

public class SignedNoteTests
{
    private const string Good = "text\n\n— name AAAAAQI=\n";

    [Fact]
    public void A_note_is_read_as_the_specification_lays_it_out()
    {
        var note = SignedNote.Parse(Keys.Utf8(Good));

        Assert.Equal("text\n", Encoding.UTF8.GetString(note.Text.Span));
        Assert.Equal([new NoteSignature("name", 1, new byte[] { 2 })], note.Signatures);
        Assert.Equal(Keys.Utf8(Good), note.Bytes.ToArray());
    }

    [Fact]
    public void Reading_what_a_naive_writer_wrote_gives_the_parts_back_and_writing_gives_the_same_bytes()
    {
        var lines = Gen.Elements("", "shop.example/audit", "ünï cödé", "— name AAAAAQI=", "7", "\u007f", "🔑").ListOf(5);
        var names = Gen.Elements("a", "shop.example/audit", "ключ", "🔑", "—", "a/b=c", new string('x', 255));
        var signatures = names.SelectMany(name =>
            ArbMap.Default.GeneratorFor<uint>().SelectMany(id =>
                ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => new NoteSignature(name, id, (byte[])[1, .. bytes]))));
        var notes = lines.SelectMany(text => signatures.NonEmptyListOf().Select(signed => (text, signed)));

        Prop.ForAll(notes.ToArbitrary(), sample =>
        {
            var text = string.Concat(sample.text.Select(line => line + "\n"));
            var expected = Keys.Utf8(NaiveNote(text, sample.signed));
            var note = SignedNote.Parse(expected);

            Assert.Equal(Keys.Utf8(text), note.Text.ToArray());
            Assert.Equal(sample.signed, note.Signatures);
            Assert.Equal(expected, note.Bytes.ToArray());
            Assert.Equal(expected, SignedNote.Create(Keys.Utf8(text), [.. sample.signed]).Bytes.ToArray());
        }).CheckSeeded();
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("text\n")]
    [InlineData("text\n\n")]
    [InlineData("text\n— name AAAAAQI=\n")]
    [InlineData("text\n\n— name AAAAAQI=")]
    [InlineData("text\n\n— name AAAAAQI=\n\n")]
    [InlineData("text\n\n— name AAAAAQI=\nnot a signature\n")]
    [InlineData("text\n\n- name AAAAAQI=\n")]
    [InlineData("text\n\n—name AAAAAQI=\n")]
    [InlineData("text\n\n—  AAAAAQI=\n")]
    [InlineData("text\n\n— name\n")]
    [InlineData("text\n\n— name \n")]
    [InlineData("text\n\n— name  AAAAAQI=\n")]
    [InlineData("text\n\n— name AAAAAQI= \n")]
    [InlineData("text\n\n— na+me AAAAAQI=\n")]
    [InlineData("text\n\n— na\u00a0me AAAAAQI=\n")]
    [InlineData("text\n\n— na\u0085me AAAAAQI=\n")]
    [InlineData("text\n\n— na\u2028me AAAAAQI=\n")]
    [InlineData("text\n\n— na\u007fme AAAAAQI=\n")]
    [InlineData("text\n\n— name AAAAAQ==\n")]
    [InlineData("text\n\n— name AAAAAQJ=\n")]
    [InlineData("text\n\n— name AAAAAQI\n")]
    [InlineData("text\n\n— name AAAAAQI==\n")]
    [InlineData("text\n\n— name AAAAA_I=\n")]
    [InlineData("text\n\n— name AAAA=QI=\n")]
    [InlineData("te\rxt\n\n— name AAAAAQI=\n")]
    [InlineData("te\txt\n\n— name AAAAAQI=\n")]
    [InlineData("te\0xt\n\n— name AAAAAQI=\n")]
    [InlineData("text\r\n\r\n— name AAAAAQI=\r\n")]
    [InlineData("\ufefftext")]
    public void What_is_no_note_is_refused_by_a_format_exception_and_nothing_else(string text)
    {
        Assert.Throws<AuditFormatException>(() => SignedNote.Parse(Keys.Utf8(text)));
        Assert.False(SignedNote.TryParse(Keys.Utf8(text), out var note));
        Assert.Null(note);
    }

    [Theory]
    [InlineData(new byte[] { 0xC0, 0x8A })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xE2, 0x80 })]
    public void Bytes_that_are_not_UTF8_are_refused(byte[] bad)
    {
        var fault = Assert.Throws<AuditFormatException>(() => SignedNote.Parse((byte[])[.. bad, .. Keys.Utf8(Good)]));

        Assert.Contains("UTF-8", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_control_character_is_reported_with_its_place()
    {
        var fault = Assert.Throws<AuditFormatException>(() => SignedNote.Parse(Keys.Utf8("a\nb\u001bc\n\n— n AAAAAQI=\n")));

        Assert.Contains("0x1b at byte 3", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_blank_line_separates_so_text_that_looks_signed_stays_text()
    {
        var note = SignedNote.Parse(Keys.Utf8("inner\n\n— inner AAAAAQI=\n\n— outer AAAAAQI=\n"));

        Assert.Equal("inner\n\n— inner AAAAAQI=\n", Encoding.UTF8.GetString(note.Text.Span));
        Assert.Equal("outer", Assert.Single(note.Signatures).Name);
    }

    [Fact]
    public void A_hundred_signatures_are_read_and_one_more_is_refused()
    {
        var line = "— name AAAAAQI=\n";

        Assert.Equal(100, SignedNote.Parse(Keys.Utf8("t\n\n" + string.Concat(Enumerable.Repeat(line, 100)))).Signatures.Count);
        Assert.Throws<AuditFormatException>(() => SignedNote.Parse(Keys.Utf8(
            "t\n\n" + string.Concat(Enumerable.Repeat(line, 101)))));
    }

    [Fact]
    public void The_longest_note_is_read_and_one_byte_more_is_refused()
    {
        var text = new string('x', SignedNote.MaxLength - Keys.Utf8(Good).Length);

        Assert.Equal(SignedNote.MaxLength, SignedNote.Parse(Keys.Utf8(text + Good)).Bytes.Length);
        Assert.Throws<AuditFormatException>(() => SignedNote.Parse(Keys.Utf8(text + "x" + Good)));
        Assert.Throws<AuditFormatException>(() => SignedNote.Create("t\n"u8, [new("n", 1, new byte[SignedNote.MaxLength])]));
    }

    [Fact]
    public void What_was_read_does_not_change_with_the_buffer()
    {
        var buffer = Keys.Utf8(Good);
        var note = SignedNote.Parse(buffer);
        buffer.AsSpan().Clear();

        Assert.Equal(Keys.Utf8(Good), note.Bytes.ToArray());
    }

    [Theory]
    [InlineData("", "name")]
    [InlineData("no newline", "name")]
    [InlineData("tab\t\n", "name")]
    [InlineData("text\n", "")]
    [InlineData("text\n", "two words")]
    [InlineData("text\n", "plus+")]
    [InlineData("text\n", "x AAAAAQI=\n— forged")]
    public void What_would_not_be_read_is_not_made(string text, string name)
    {
        Assert.Throws<AuditFormatException>(() => SignedNote.Create(Keys.Utf8(text), [new(name, 1, new byte[] { 1 })]));
    }

    [Fact]
    public void A_note_needs_a_signature_and_a_signature_needs_a_byte()
    {
        Assert.Throws<AuditFormatException>(() => SignedNote.Create("t\n"u8, []));
        Assert.Throws<AuditFormatException>(() => SignedNote.Create("t\n"u8, [new("n", 1, default)]));
        Assert.Throws<AuditFormatException>(() => SignedNote.Create("t\n"u8, [new("half a pair: \ud800", 1, new byte[] { 1 })]));
    }

    [Fact]
    public void A_note_of_the_longest_length_is_made_and_none_that_is_longer()
    {
        var text = Keys.Utf8("t\n");
        NoteSignature Signature(int length) => new("n", 1, new byte[length]);
        var longest = 1;
        for (var step = SignedNote.MaxLength; step > 0; step /= 2)
        {
            longest += IsMade(longest + step) ? step : 0;
        }

        Assert.InRange(SignedNote.Create(text, [Signature(longest)]).Bytes.Length, SignedNote.MaxLength - 3, SignedNote.MaxLength); // Base64 grows by four.
        Assert.Contains("long", Assert.Throws<AuditFormatException>(() => SignedNote.Create(text, [Signature(longest + 1)])).Message, StringComparison.Ordinal);
        Assert.Throws<AuditFormatException>(() => SignedNote.Create(text, [Signature(longest), Signature(1)]));

        bool IsMade(int length)
        {
            try
            {
                return SignedNote.Create(text, [Signature(length)]) is not null;
            }
            catch (AuditFormatException)
            {
                return false;
            }
        }
    }

    [Fact]
    public void Signatures_are_equal_where_name_id_and_bytes_are()
    {
        var one = new NoteSignature("n", 1, new byte[] { 1, 2 });
        Assert.Equal(one, new NoteSignature("n", 1, new byte[] { 1, 2 }));
        Assert.NotEqual(one, new NoteSignature("m", 1, new byte[] { 1, 2 }));
        Assert.NotEqual(one, new NoteSignature("n", 2, new byte[] { 1, 2 }));
        Assert.NotEqual(one, new NoteSignature("n", 1, new byte[] { 1, 3 }));
        Assert.False(one.Equals(null));
    }

    private static string NaiveNote(string text, IEnumerable<NoteSignature> signatures) =>
        text + "\n" + string.Concat(signatures.Select(signature =>
        {
            var id = Convert.FromHexString(signature.KeyId.ToString("x8"));
            return "\u2014 " + signature.Name + " " + Convert.ToBase64String([.. id, .. signature.Signature.ToArray()]) + "\n";
        }));
}
