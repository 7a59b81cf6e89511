using System.Text;
using System.Text.Json.Serialization;
using FsCheck.Fluent;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Events;

public sealed record Refund(decimal Amount, string Currency, string? Note);

[JsonSerializable(typeof(Refund))]
[JsonSerializable(typeof(Link))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(Dictionary<string, int>))]
[JsonSerializable(typeof(Dictionary<string, double>))]
internal sealed partial class DetailsContext : JsonSerializerContext;

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(Refund))]
internal sealed partial class IndentedContext : JsonSerializerContext;

public sealed class Link
{
    public Link? Next { get; set; }
}

public class AuditDetailsTests
{
    [Fact]
    public void A_typed_value_comes_back()
    {
        var refund = new Refund(12.50m, "EUR", "größer");
        Assert.Equal(refund, AuditDetails.From(refund, DetailsContext.Default.Refund).Get(DetailsContext.Default.Refund));
    }

    [Fact]
    public void The_serializers_white_space_and_escapes_do_not_matter()
    {
        var refund = new Refund(1, "<é>", null);
        var details = AuditDetails.From(refund, IndentedContext.Default.Refund);
        Assert.Equal(AuditDetails.From(refund, DetailsContext.Default.Refund), details);
        Assert.Equal("""{"Amount":1,"Currency":"<é>","Note":null}""", details.ToString());
    }

    [Fact]
    public void Names_order_and_digits_stay_as_they_are() =>
        Assert.Equal(
            """{"b":1.000,"a":[1e400,-0,12345678901234567890123,true,false,null,{}],"":""}""",
            AuditDetails.Parse("{ \"b\" : 1.000, \"\\u0061\":[1e400,-0,\n12345678901234567890123,true,false,null,{ } ],\"\":\"\"}\r\n").ToString());

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{/**/}")]
    [InlineData("\uFEFF{}")]
    [InlineData("{\"a\":\"\n\"}")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"x\":[{\"a\":1,\"\\u0061\":2}]}")]
    public void What_is_not_one_strict_json_object_is_refused(string json) =>
        Assert.Throws<AuditEventException>(() => AuditDetails.Parse(json));

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused()
    {
        Refused("{\"a\":\"?\"}");
        Refused("{\"?\":1}");
        Refused("{\"\\n?\":1}");

        static void Refused(string json)
        {
            var bytes = Encoding.UTF8.GetBytes(json);
            bytes[bytes.AsSpan().IndexOf((byte)'?')] = 0xE2;
            Assert.Throws<AuditEventException>(() => AuditDetails.Parse(bytes));
        }
    }

    [Fact]
    public void A_value_that_is_no_object_is_refused() =>
        Assert.Throws<AuditEventException>(() => AuditDetails.From([1, 2], DetailsContext.Default.Int32Array));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void A_number_that_JSON_does_not_have_is_refused(double number) => Assert.Throws<AuditEventException>(
        () => AuditDetails.From(new Dictionary<string, double>(StringComparer.Ordinal) { ["a"] = number }, DetailsContext.Default.DictionaryStringDouble));

    [Fact]
    public void A_value_that_contains_itself_is_refused()
    {
        var link = new Link();
        link.Next = link;
        Assert.Throws<AuditEventException>(() => AuditDetails.From(link, DetailsContext.Default.Link));
    }

    [Fact]
    public void Sixty_four_levels_are_accepted_and_one_more_refused()
    {
        var details = AuditDetails.Parse(Nested(64));
        var auditEvent = Samples.Minimal with { Details = details };
        Assert.Equal(details, AuditEntry.Decode(0, Samples.Encode(auditEvent)).Event.Details);
        Assert.NotEqual(default, details.Root);
        Assert.Throws<AuditEventException>(() => AuditDetails.Parse(Nested(65)));
    }

    [Fact]
    public void Half_surrogates_behind_escapes_become_replacement_characters() =>
        Assert.Equal("""{"k�":"�x� \""}""", AuditDetails.Parse("""{"k\ud800":"\udc00x\uD800\u0020\""}""").ToString());

    [Fact]
    public void Escaped_text_is_read_like_the_framework_reads_it() =>
        Prop.ForAll(Arb.From(Samples.Text), text =>
        {
            var wellFormed = Samples.WellFormed(text);
            var json = new StringBuilder("{\"a\":\"");
            foreach (var unit in text)
            {
                json.Append($"\\u{(int)unit:x4}");
            }

            var details = AuditDetails.Parse(json.Append("\"}").ToString());
            Assert.Equal(wellFormed, details.Root.GetProperty("a").GetString());
            Assert.DoesNotContain(details.Utf8.ToArray(), b => b < 0x20);
            Assert.Equal(details, AuditDetails.Parse(details.Utf8));
            Assert.Equal(details, AuditEntry.Decode(0, Samples.Encode(Samples.Minimal with { Details = details })).Event.Details);
        }).CheckSeeded();

    [Fact]
    public void Normalizing_again_changes_nothing() =>
        Prop.ForAll(Arb.From(Samples.Text), text =>
        {
            var details = AuditDetails.From(new Dictionary<string, int>(StringComparer.Ordinal) { [text] = 1 }, DetailsContext.Default.DictionaryStringInt32);
            Assert.Equal(details, AuditDetails.Parse(details.Utf8));
            Assert.Equal(details, AuditDetails.Parse(details.ToString()));
        }).CheckSeeded();

    [Fact]
    public void Details_of_an_entry_are_those_of_their_text_however_it_is_written() =>
        Prop.ForAll(Arb.From(Gen.ListOf(Gen.Elements(s_pieces)).Select(pieces => "{" + string.Join(",", pieces.Select((piece, i) => $"\"{i}\":{piece}")) + "}")), text =>
            Assert.Equal(
                AuditDetails.Parse(text),
                Samples.Decode($"\"actor\":{{\"id\":\"a\"}},\"action\":\"b\",\"details\":{text}}}").Event.Details)).CheckSeeded(cases: 300);

    [Fact]
    public void Reading_as_another_type_says_where_it_does_not_fit()
    {
        var e = Assert.Throws<AuditFormatException>(
            () => AuditDetails.Parse("""{"Amount":"many"}""").Get(DetailsContext.Default.Refund));
        Assert.Contains("Amount", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_never_quote_the_json()
    {
        foreach (var json in new[] { "{\"a\u0085\\n\":1,\"a\u0085\\n\":2}", "{\u001b", "{\"a\":\u0085}" })
        {
            var e = Assert.Throws<AuditEventException>(() => AuditDetails.Parse(json));
            Assert.DoesNotContain(e.ToString(), c => c is '\u0085' or '\u001b');
        }
    }

    private static readonly string[] s_pieces =
    [
        "1", "1.50e+0", "null", "true", "\"a\"", "\"a b\"", "\" \"", " 1", "1 ", "\t1", "1\n", "\"\\\"\"", "\"\\\\\"", "\"\\u0041\"", "\"\\/\"", "\"\u007f\"", "\"é\"", "\"\u2028\"",
        "\"'<>&+\"", "[]", "[ ]", "[1, 2]", "{\"a\":\" \"}", "{\"a\" :1}", "{\"a b\":1}", "\"\"", "\"\" ", "\"a\" ",
    ];

    private static string Nested(int depth) =>
        string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "{}" + new string('}', depth - 1);
}
