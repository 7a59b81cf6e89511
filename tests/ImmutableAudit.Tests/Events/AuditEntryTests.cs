using System.Text;
using FsCheck.Fluent;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Events;

public class AuditEntryTests
{
    private const string Rest = "\"actor\":{\"id\":\"a\"},\"action\":\"b\"";

    [Fact]
    public void The_full_event_comes_back()
    {
        var bytes = Samples.Encode(Samples.Full);
        var entry = AuditEntry.Decode(41, bytes);
        Assert.Equal(Samples.Full, entry.Event);
        Assert.Equal((41L, 1, "event", Samples.Id, Samples.Time), (entry.Index, entry.Version, entry.Type, entry.Id, entry.Time));
        Assert.Equal(TreeHasher.HashLeaf(bytes), entry.LeafHash);
        Assert.Equal(bytes, entry.Bytes.ToArray());
        Assert.Empty(entry.UnknownMembers);
    }

    [Fact]
    public void Any_event_comes_back_with_its_texts_made_well_formed() =>
        Prop.ForAll(Arb.From(Samples.Text.ArrayOf(16)), Arb.From(Gen.Choose(0, int.MaxValue)), (texts, number) =>
            Assert.Equal(
                Event(Array.ConvertAll(texts, Samples.WellFormed), number),
                AuditEntry.Decode(0, Samples.Encode(Event(texts, number))).Event))
        .CheckSeeded();

    [Fact]
    public void Encoding_what_was_decoded_gives_the_same_bytes() =>
        Prop.ForAll(Arb.From(Samples.Text.ArrayOf(16)), Arb.From(Gen.Choose(0, int.MaxValue)), (texts, number) =>
        {
            // Half a surrogate pair is written as an escape, and the U+FFFD that it is read as is not.
            var bytes = Samples.Encode(Event(Array.ConvertAll(texts, Samples.WellFormed), number));
            Assert.Equal(bytes, Samples.Encode(AuditEntry.Decode(0, bytes).Event));
        }).CheckSeeded();

    [Fact]
    public void Unknown_members_are_kept_in_their_order_with_their_paths()
    {
        var entry = Samples.Decode(
            """
            "mood":"good","teams":["lead"],"next":12,"a/b~c":1,
            "actor":{"id":"a","team":{"x":1},"onBehalfOf":{"id":"b","new":[]}},"action":"b",
            "resource":{"type":"t","tenant":"t1"},"source":{"zone":"z"},
            "ref":{"index":1,"leaf":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","log":"other"}}
            """);
        Assert.Equal(
            ["mood", "teams", "next", "a~1b~0c", "actor/team", "actor/onBehalfOf/new", "resource/tenant", "source/zone", "ref/log"],
            entry.UnknownMembers.Keys, StringComparer.Ordinal);
        Assert.Equal("""{"x":1}""", entry.UnknownMembers["actor/team"].Raw());
        Assert.Equal(12, entry.UnknownMembers["next"].GetInt64());
        Assert.Equal(1, entry.Event.Ref!.Index);
    }

    [Fact]
    public void Unknown_members_take_a_few_times_the_memory_of_the_entry_however_many_they_are()
    {
        foreach (var depth in new[] { 0, 1, 3, 25, 61 })
        {
            var (before, after) = Nested(depth);
            var many = string.Join(',', Enumerable.Range(0, 60_000).Select(i => $"\"{i}\":0").TakeWhile((_, i) => i * 9 < 63_000 - before.Length));
            var bytes = Encoding.UTF8.GetBytes($"{before}{many}{after}");
            _ = AuditEntry.TryDecode(0, bytes, out _);
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var decoded = AuditEntry.TryDecode(0, bytes, out var entry);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;

            Assert.Equal((depth < 25, depth < 25), (decoded, entry?.UnknownMembers.Count > 6_000));
            Assert.True(allocated < 40 * bytes.Length, $"{allocated} bytes at depth {depth} for {bytes.Length}.");
        }
    }

    [Fact]
    public void Unknown_members_may_be_deep_and_may_be_many()
    {
        foreach (var (depth, count) in new[] { (0, 5_500), (1, 5_500), (3, 4_000), (25, 800), (61, 350) })
        {
            var (before, after) = Nested(depth);
            var entry = AuditEntry.Decode(0, Encoding.UTF8.GetBytes(before + string.Join(',', Enumerable.Range(0, count).Select(i => $"\"{i}\":{i}")) + after));

            Assert.Equal(Enumerable.Range(0, count), entry.UnknownMembers.Values.Select(value => value.GetInt32()));
            var parent = depth == 0 ? "" : "actor/" + string.Concat(Enumerable.Repeat("onBehalfOf/", depth - 1));
            Assert.Equal($"{parent}{count - 1}", entry.UnknownMembers.Keys.Last());
        }
    }

    /// <summary>An entry's text around the members of the object at this depth of its subjects.</summary>
    private static (string Before, string After) Nested(int depth) => depth == 0
        ? (Samples.Head + "\"actor\":{\"id\":\"a\"},\"action\":\"b\",", "}")
        : (Samples.Head + "\"action\":\"b\",\"actor\":" + string.Concat(Enumerable.Repeat("{\"id\":\"a\",\"onBehalfOf\":", depth - 1)) + "{\"id\":\"a\",",
            new string('}', depth + 1));

    [Fact]
    public void A_name_is_the_same_however_it_is_spelled_and_no_other_is()
    {
        var entry = Samples.Decode(
            """
            "\u0061ctor":{"\u0069d":"a","i\u0064entity":1,"Id":2},"acti\u006Fn":"b","Reason":1,"rolés":2,"permission-of-it-all":3,
            "res\u006furce":{"t\u0079pe":"c"},"r\u006fles":[{"r\u006fle":"d","\u0073ource":"e","röle":4}],"\u0070ermission":"f"}
            """);

        Assert.Equal(("a", "b", "c", "f"), (entry.Event.Actor.Id, entry.Event.Action, entry.Event.Resource!.Type, entry.Permission));
        Assert.Equal([new AuditRole { Role = "d", Source = "e" }], entry.Roles!);
        Assert.Equal(["actor/identity", "actor/Id", "Reason", "rolés", "permission-of-it-all", "roles/0/röle"], entry.UnknownMembers.Keys, StringComparer.Ordinal);
    }

    [Fact]
    public void An_opaque_token_stands_for_any_text()
    {
        const string Token = """{"enc":"k1","x":"AAAA"}""";
        var entry = Samples.Decode(
            $$$"""
            "session":{{{Token}}},"actor":{"issuer":{{{Token}}},"id":{{{Token}}},"person":{{{Token}}},"kind":{{{Token}}},"onBehalfOf":{{{Token}}}},
            "action":{{{Token}}},"resource":{"type":{{{Token}}},"id":{{{Token}}}},"outcome":{{{Token}}},"reason":{{{Token}}},
            "source":{"app":{{{Token}}},"host":{{{Token}}},"ip":{{{Token}}}},"trace":{{{Token}}},"details":{{{Token}}}}
            """);
        var subject = new AuditSubject { Issuer = Token, Id = Token, Person = Token, Kind = Token, OnBehalfOf = new AuditSubject { Id = Token } };
        Assert.Equal(
            new AuditEvent
            {
                Id = Samples.Id,
                Session = Token,
                Actor = subject,
                Action = Token,
                Resource = new AuditResource { Type = Token, Id = Token },
                Outcome = Token,
                Reason = Token,
                Source = new AuditSource { App = Token, Host = Token, Ip = Token },
                Trace = Token,
                Details = AuditDetails.Parse(Token),
            },
            entry.Event);
        Assert.Empty(entry.UnknownMembers);
    }

    [Fact]
    public void An_opaque_token_stands_for_any_whole_member()
    {
        const string Token = """{"enc":"k1"}""";
        var entry = Samples.Decode(
            $$"""
            "actor":{{Token}},"action":"b","resource":{{Token}},"source":{{Token}},"ref":{{Token}},"grant":{{Token}},"new":{{Token}}}
            """);
        Assert.Equal((Token, Token), (entry.Event.Actor.Id, entry.Event.Resource!.Type));
        Assert.Equal(["source", "ref", "grant", "new"], entry.UnknownMembers.Keys, StringComparer.Ordinal);
        Assert.All(entry.UnknownMembers.Values, value => Assert.Equal(Token, value.Raw()));
    }

    [Fact]
    public void A_reference_with_a_token_inside_is_kept_whole()
    {
        var entry = Samples.Decode(Rest + ""","ref":{"index":1,"leaf":{"enc":"k"}}}""");
        Assert.Null(entry.Event.Ref);
        Assert.Equal("""{"index":1,"leaf":{"enc":"k"}}""", entry.UnknownMembers["ref"].Raw());
    }

    [Fact]
    public void A_newer_version_may_give_members_another_form()
    {
        const string Newer = """
            {"v":2,"time":"2026-11-21T21:16:47.1234567Z","type":"event.v2","id":"019aa8c5-2c0b-7a3e-9d52-4b1f6f0c7e11",
             "actor":{"id":"a","kind":["x"]},"action":"b","resource":"r","grant":"g","ref":7,"details":[1]}
            """;
        var entry = AuditEntry.Decode(0, Encoding.UTF8.GetBytes(Newer));
        Assert.Equal((2, "event.v2"), (entry.Version, entry.Type));
        Assert.Equal(["actor/kind", "resource", "grant", "ref", "details"], entry.UnknownMembers.Keys, StringComparer.Ordinal);
        Refused(Newer.Replace("\"v\":2", "\"v\":1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"action":"b"}""")]
    [InlineData("\"actor\":{\"id\":\"a\"}}")]
    [InlineData("\"actor\":{},\"action\":\"b\"}")]
    [InlineData("\"actor\":\"a\",\"action\":\"b\"}")]
    [InlineData("\"actor\":null,\"action\":\"b\"}")]
    [InlineData("\"actor\":{\"id\":7},\"action\":\"b\"}")]
    [InlineData("\"actor\":{\"id\":\"a\"},\"action\":[\"b\"]}")]
    [InlineData(Rest + ""","resource":{}}""")]
    [InlineData(Rest + ""","resource":"order"}""")]
    [InlineData(Rest + ""","grant":-1}""")]
    [InlineData(Rest + ""","grant":1.5}""")]
    [InlineData(Rest + ""","grant":9223372036854775808}""")]
    [InlineData(Rest + ""","ref":{"index":1}}""")]
    [InlineData(Rest + ""","ref":{"index":1,"leaf":"short"}}""")]
    [InlineData(Rest + ""","details":[]}""")]
    [InlineData(Rest + ""","reason":null}""")]
    [InlineData(Rest + ""","v":1}""")]
    [InlineData(Rest + ""","reason":"a","re\u0061son":"b"}""")]
    [InlineData(Rest + ""","details":{"x":{"a":1,"a":2}}}""")]
    [InlineData(Rest + ""","new":[{"a":1,"a":2}]}""")]
    [InlineData(Rest + ""","reason":"\ud800"}""")]
    [InlineData(Rest + ""","new":{"\udc00":1}}""")]
    [InlineData(Rest + "}}")]
    [InlineData(Rest + ",}")]
    [InlineData(Rest)]
    public void An_entry_that_breaks_the_format_is_refused(string rest) => Refused(Samples.Head + rest);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("\"v\"")]
    [InlineData("{}")]
    public void What_is_no_object_with_the_first_members_is_refused(string json) => Refused(json);

    [Theory]
    [InlineData("\"v\":1", "\"v\":0")]
    [InlineData("\"v\":1", "\"v\":\"1\"")]
    [InlineData("\"v\":1", "\"v\":1.5")]
    [InlineData("\"v\":1,", "")]
    [InlineData("\"type\":\"event\",", "")]
    [InlineData("\"type\":\"event\"", "\"type\":{\"enc\":\"k\"}")]
    [InlineData("019aa8c5-2c0b-7a3e-9d52-4b1f6f0c7e11", "019aa8c52c0b7a3e9d524b1f6f0c7e11")]
    [InlineData("019aa8c5-", "019aa8cx-")]
    public void The_logs_own_members_are_needed_in_their_form(string member, string replacement) =>
        Refused(Samples.Head.Replace(member, replacement, StringComparison.Ordinal) + Rest + "}");

    [Fact]
    public void Invalid_utf8_is_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Samples.Head + Rest + ""","new":["?"]}""");
        bytes[^4] = 0xFF;
        Refused(bytes);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    [InlineData("{\"enc\":", "}")]
    public void Depth_is_bounded(string open, string close)
    {
        string Deep(int depth) => string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));
        Assert.Equal(Deep(64), Samples.Decode(Rest + ",\"new\":" + Deep(64) + "}").UnknownMembers["new"].Raw());
        Refused(Samples.Head + Rest + ",\"new\":" + Deep(65) + "}");
        Refused(Samples.Head + Rest + ",\"new\":" + Deep(3000) + "}");
    }

    [Fact]
    public void A_deep_chain_of_subjects_is_refused_without_running_out_of_stack() =>
        Refused(Samples.Head + "\"actor\":" + string.Concat(Enumerable.Repeat("{\"id\":\"a\",\"onBehalfOf\":", 2500)) + "{\"id\":\"a\"}"
            + new string('}', 2500) + ",\"action\":\"b\"}");

    [Fact]
    public void More_than_65535_bytes_are_no_entry()
    {
        var bytes = Encoding.UTF8.GetBytes(Samples.Head + Rest + "}" + new string(' ', AuditEntry.MaxLength));
        Assert.True(AuditEntry.TryDecode(0, bytes.AsMemory(0, AuditEntry.MaxLength), out _));
        Refused(bytes[..(AuditEntry.MaxLength + 1)]);
    }

    [Fact]
    public void A_negative_index_is_the_callers_mistake() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AuditEntry.Decode(-1, Samples.Encode(Samples.Minimal)));

    [Fact]
    public void Messages_name_the_index_and_never_quote_the_entry()
    {
        foreach (var rest in new[] { ",\"\u0085x\":1,\"\u0085x\":2}", ",\u001b}", ",\"source\":{\"app\":[\"\u0085\"]}}" })
        {
            var e = Assert.Throws<AuditFormatException>(() => Samples.Decode(Rest + rest));
            Assert.Contains("Entry 7 ", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(e.ToString(), c => c is '\u0085' or '\u001b');
        }
    }

    [Fact]
    public void Damaged_entries_are_decoded_or_refused_and_nothing_else_happens()
    {
        var entries = new[] { Samples.Encode(Samples.Full), Encoding.UTF8.GetBytes(Samples.Head + Rest + ""","x":{"a":["\u00e9\ud83d\ude00",1e5,null]}}""") };
        Prop.ForAll(
            Arb.From(Gen.Elements(entries)),
            Arb.From(Gen.Choose(0, int.MaxValue).Zip(Gen.Choose(0, 255)).ArrayOf(3)),
            (entry, damages) =>
            {
                var damaged = entry.ToArray();
                foreach (var (place, value) in damages)
                {
                    damaged[place % damaged.Length] = (byte)value;
                }

                _ = AuditEntry.TryDecode(0, damaged, out _);
                _ = AuditEntry.TryDecode(0, damaged.AsMemory(0, damages[0].Item1 % damaged.Length), out _);
            }).CheckSeeded(cases: 2000);
    }

    [Fact]
    public void Garbage_is_refused() =>
        Prop.ForAll(Arb.From(Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf()), bytes =>
            Assert.False(AuditEntry.TryDecode(0, bytes, out _))).CheckSeeded();

    [Fact]
    public void Json_made_of_random_pieces_is_decoded_or_refused_and_nothing_else_happens() =>
        Prop.ForAll(
            Arb.From(Gen.Elements(
                "{", "}", "[", "]", ",", ":", "\"", "\"actor\":", "\"id\":", "\"x\"", "{\"enc\":1}", "1", "-", "null", "\\u", "\\ud800", "\"ref\":", "\"details\":{",
                Rest, ",\"resource\":{\"type\":\"x\"}", "}").ArrayOf()),
            pieces => { _ = AuditEntry.TryDecode(0, Encoding.UTF8.GetBytes(Samples.Head + string.Concat(pieces)), out _); })
        .CheckSeeded(cases: 2000);

    private static AuditEvent Event(string[] texts, int number) => new()
    {
        Id = Samples.Id,
        Session = texts[0],
        Actor = new AuditSubject
        {
            Issuer = texts[1],
            Id = "i" + texts[2],
            Person = texts[3],
            Kind = texts[4],
            OnBehalfOf = number % 2 == 0 ? null : new AuditSubject { Id = "j" + texts[5] },
        },
        Action = "a" + texts[6],
        Resource = new AuditResource { Type = "t" + texts[7], Id = texts[8] },
        Outcome = texts[9],
        Reason = number % 3 == 0 ? null : texts[10],
        Source = new AuditSource { App = texts[11], Host = texts[12], Ip = texts[13] },
        Ref = new AuditReference(number, TreeHasher.HashLeaf([(byte)number])),
        Grant = number,
        Details = AuditDetails.From(
            new Dictionary<string, int>(StringComparer.Ordinal) { [texts[14]] = number, ["y" + texts[14] + "|" + texts[15]] = 2 },
            DetailsContext.Default.DictionaryStringInt32),
    };

    private static void Refused(string json) => Refused(Encoding.UTF8.GetBytes(json));

    private static void Refused(byte[] bytes)
    {
        var e = Assert.Throws<AuditFormatException>(() => AuditEntry.Decode(7, bytes));
        Assert.Contains("Entry 7 ", e.Message, StringComparison.Ordinal);
        Assert.False(AuditEntry.TryDecode(7, bytes, out _));
    }
}
