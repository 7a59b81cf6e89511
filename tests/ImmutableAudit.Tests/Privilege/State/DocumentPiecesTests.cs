using System.Text;
using FsCheck.Fluent;
using ImmutableAudit.Events;
using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Events;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.State;

public sealed class DocumentPiecesTests
{
    [Theory]
    [InlineData("\"")]
    [InlineData("\\")]
    [InlineData("a")]
    [InlineData("\u0001")]
    [InlineData("ä")]
    [InlineData("大")]
    [InlineData("\u2028")]
    [InlineData("\uE000")]
    [InlineData("\uD83D\uDE00")]
    [InlineData("\uDBFF\uDFFF")]
    public void Whatever_a_document_is_made_of_each_piece_fits_into_an_entry(string unit)
    {
        var policy = new DeployablePolicy(new string('大', DeployablePolicy.MaxApplicationLength), long.MaxValue, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, 60_000))));
        var entries = StateEntries.Deploy(policy, new PolicyInForce(long.MaxValue, policy.Application, 1, "", default), Guid.Empty.ToString());
        Assert.True(entries.Length >= 2);
        for (var i = 0; i < entries.Length; i++)
        {
            var bytes = EventEncoder.Encode(entries[i], Samples.Id, library: true).ToArray();
            Assert.InRange(bytes.Length, 1, AuditEntry.MaxLength);
            Assert.Equal(entries[i].Details, AuditEntry.Decode(i, bytes).Event.Details);
        }
    }

    [Fact]
    public void A_long_reason_is_cut_between_two_characters()
    {
        var reason = StateEntries.Reject("shop", "x" + string.Concat(Enumerable.Repeat("\uD83D\uDE00", 1500)), "s").Reason;
        Assert.Equal($"x{string.Concat(Enumerable.Repeat("\uD83D\uDE00", 999))}…", reason);
        Assert.Equal("short", StateEntries.Reject("shop", "short", "s").Reason);
    }

    [Fact]
    public void Pieces_together_are_the_text_and_no_pair_is_torn() =>
        Prop.ForAll(Arb.From(Samples.Text), Arb.From(Gen.Choose(0, 2 * DocumentPieces.MaxLength)), (text, filler) =>
        {
            var whole = Samples.WellFormed(new string('x', filler) + text + new string('"', filler / 3) + "\uD83D\uDE00");
            var pieces = DocumentPieces.Split(whole);
            Assert.Equal(whole, string.Concat(pieces));
            Assert.All(pieces, piece => Assert.Equal(piece, Samples.WellFormed(piece)));
            Assert.All(pieces[..^1], piece => Assert.True(piece.Length > DocumentPieces.MaxLength / 13));
        }).CheckSeeded();

    [Fact]
    public void An_empty_text_is_one_empty_piece() => Assert.Equal([""], DocumentPieces.Split(""), StringComparer.Ordinal);

    [Fact]
    public void What_is_not_utf8_is_no_document() =>
        Assert.ThrowsAny<ArgumentException>(() => StateEntries.Deploy(new DeployablePolicy("a", 1, new byte[] { 0xFF }), null, "s"));
}
