using System.Text;
using FsCheck.Fluent;
using ImmutableAudit.Events;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Events;

/// <summary>The members that privilege entries alone have (DESIGN section 6).</summary>
public class PrivilegeMembersTests
{
    private const string Rest = "\"actor\":{\"id\":\"a\"},\"action\":\"b\"";
    private const string Token = """{"enc":"k1"}""";

    [Fact]
    public void They_come_behind_the_details_in_a_fixed_order_and_prev_is_the_last_and_wide() =>
        Assert.EndsWith(
            "\"grant\":12,\"details\":{\"amount\":12.50,\"currency\":\"EUR\"},\"permission\":\"orders.refund\"," +
            "\"roles\":[{\"role\":\"lead\"},{\"role\":\"night-shift\",\"source\":\"https://login.example\",\"link\":1}]," +
            "\"policy\":7,\"basis\":41,\"prev\":                 40}",
            Text(Samples.EncodeOwn(Samples.Privileged)),
            StringComparison.Ordinal);

    [Fact]
    public void Readers_find_them_at_the_entry()
    {
        var entry = AuditEntry.Decode(41, Samples.EncodeOwn(Samples.Privileged));
        Assert.Equal(("orders.refund", 7L, 41L, 40L), (entry.Permission, entry.Policy, entry.Basis, entry.Prev));
        Assert.Equal(Samples.Privileged.Privilege!.Roles, entry.Roles);
        Assert.Equal(Samples.Privileged, entry.Event);
        Assert.Empty(entry.UnknownMembers);

        var none = AuditEntry.Decode(0, Samples.Encode(Samples.Full));
        Assert.Equal((null, null, null, null, null), (none.Permission, none.Roles, none.Policy, none.Basis, none.Prev));
    }

    [Theory]
    [InlineData("policy.deployed", true)]
    [InlineData("grant.requested", true)]
    [InlineData("privilege.state", true)]
    [InlineData("access.allowed", false)]
    [InlineData("log.opened", false)]
    public void Those_that_decisions_are_based_on_have_a_prev_and_others_have_none(string type, bool has)
    {
        var entry = AuditEntry.Decode(0, Samples.EncodeOwn(Samples.Minimal with { Type = type }));
        Assert.Equal(has ? -1L : null, entry.Prev);
    }

    [Theory]
    [InlineData(-1, "                 -1")]
    [InlineData(0, "                  0")]
    [InlineData(9, "                  9")]
    [InlineData(1234567890, "         1234567890")]
    [InlineData(long.MaxValue, "9223372036854775807")]
    public void Prev_can_be_stamped_later_whatever_stands_before_it(long prev, string expected)
    {
        foreach (var sample in new[] { Samples.Minimal with { Type = "policy.part" }, Samples.Privileged })
        {
            var entry = EventEncoder.Encode(sample, Samples.Id, library: true).ToArray();
            EntryPrev.Stamp(entry, prev);
            Assert.EndsWith($"\"prev\":{expected}}}", Text(entry), StringComparison.Ordinal);
            EntryTime.Stamp(entry, Samples.Time);
            Assert.Equal(prev, AuditEntry.Decode(0, entry).Prev);
            Assert.Equal(
                Samples.EncodeOwn(sample with { Privilege = (sample.Privilege ?? new PrivilegeMembers()) with { Prev = prev } }), entry);
        }
    }

    [Fact]
    public void Any_entry_comes_back_and_encoding_it_again_gives_the_same_bytes() =>
        Prop.ForAll(Arb.From(Samples.Text.ArrayOf(3)), Arb.From(Gen.Choose(0, int.MaxValue)), (texts, number) =>
        {
            var privileged = Privileged(Array.ConvertAll(texts, Samples.WellFormed), number);
            var bytes = Samples.EncodeOwn(privileged);
            var decoded = AuditEntry.Decode(0, bytes).Event;
            Assert.Equal(privileged, decoded);
            Assert.Equal(privileged.GetHashCode(), decoded.GetHashCode());
            Assert.Equal(bytes, Samples.EncodeOwn(decoded));
            Assert.Equal(privileged, AuditEntry.Decode(0, Samples.EncodeOwn(Privileged(texts, number))).Event);
        }).CheckSeeded();

    [Fact]
    public void An_application_cannot_set_them_not_even_by_appending_what_it_has_read()
    {
        var read = AuditEntry.Decode(0, Samples.EncodeOwn(Samples.Privileged)).Event;
        foreach (var auditEvent in new[] { read, read with { Type = "event" } })
        {
            Assert.Throws<AuditEventException>(() => { EventEncoder.Encode(auditEvent, Samples.Id); });
            Assert.Throws<AuditEventException>(() => { EncodedEvent.Create(auditEvent); });
        }

        Assert.DoesNotContain(typeof(AuditEvent).GetProperties(), property => property.PropertyType == typeof(PrivilegeMembers));
        Assert.DoesNotContain("orders.refund\"", read.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_library_sets_them_only_where_they_belong()
    {
        Refused(Samples.Privileged with { Type = "event" });
        Refused(Samples.Privileged with { Type = "access.allowed" }); // It has a prev.
        Refused(Samples.Privileged with { Privilege = new PrivilegeMembers { Policy = -1 } });
        Refused(Samples.Privileged with { Privilege = new PrivilegeMembers { Basis = -2 } });
        Refused(Samples.Privileged with { Privilege = new PrivilegeMembers { Prev = -2 } });
        Refused(Samples.Privileged with { Privilege = new PrivilegeMembers { Roles = [new AuditRole { Role = "a", Link = -1 }] } });
        Refused(Samples.Privileged with { Privilege = new PrivilegeMembers { Roles = [new AuditRole { Role = "a", Link = AuditSubject.MaxChainLength }] } });

        static void Refused(AuditEvent auditEvent) =>
            Assert.Throws<AuditEventException>(() => { EventEncoder.Encode(auditEvent, Samples.Id, library: true); });
    }

    [Theory]
    [InlineData("\"permission\":7")]
    [InlineData("\"permission\":null")]
    [InlineData("\"roles\":\"lead\"")]
    [InlineData("\"roles\":{\"role\":\"lead\"}")]
    [InlineData("\"roles\":[\"lead\"]")]
    [InlineData("\"roles\":[{}]")]
    [InlineData("\"roles\":[{\"role\":null}]")]
    [InlineData("\"roles\":[{\"role\":\"a\"},{\"role\":\"a\",\"source\":1}]")]
    [InlineData("\"roles\":[{\"role\":\"a\",\"link\":0}]")]
    [InlineData("\"roles\":[{\"role\":\"a\",\"link\":-1}]")]
    [InlineData("\"roles\":[{\"role\":\"a\",\"link\":8}]")]
    [InlineData("\"roles\":[{\"role\":\"a\",\"link\":4294967297}]")]
    [InlineData("\"roles\":[{\"role\":\"a\",\"link\":1.5}]")]
    [InlineData("\"roles\":[{\"role\":\"a\",\"link\":\"1\"}]")]
    [InlineData("\"roles\":[{\"role\":\"a\",\"link\":null}]")]
    [InlineData("\"roles\":[{\"role\":\"a\",\"link\":1,\"link\":1}]")]
    [InlineData("\"policy\":-1")]
    [InlineData("\"policy\":\"7\"")]
    [InlineData("\"basis\":-2")]
    [InlineData("\"basis\":1.5")]
    [InlineData("\"prev\":-2")]
    [InlineData("\"prev\":\"                 12\"")]
    [InlineData("\"prev\":9223372036854775808")]
    [InlineData("\"prev\":1,\"prev\":1")]
    public void Another_form_is_refused(string member) =>
        Assert.Throws<AuditFormatException>(() => Samples.Decode($"{Rest},{member}}}"));

    [Fact]
    public void An_opaque_token_stands_for_any_of_them()
    {
        var texts = Samples.Decode($$"""{{Rest}},"permission":{{Token}},"roles":[{"role":{{Token}},"source":{{Token}}}]}""");
        Assert.Equal(Token, texts.Permission);
        Assert.Equal([new AuditRole { Role = Token, Source = Token }], texts.Roles);
        Assert.Empty(texts.UnknownMembers);

        var whole = Samples.Decode($$"""{{Rest}},"roles":{{Token}},"policy":{{Token}},"basis":{{Token}},"prev":{{Token}}}""");
        Assert.Equal(["roles", "policy", "basis", "prev"], whole.UnknownMembers.Keys, StringComparer.Ordinal);

        var within = Samples.Decode($$"""{{Rest}},"roles":[{"role":"a"},{{Token}}]}""");
        Assert.Null(within.Roles);
        Assert.Equal($$"""[{"role":"a"},{{Token}}]""", within.UnknownMembers["roles"].Raw());

        // It could be anybody's, so it is not the acting subject's.
        var whose = Samples.Decode($$"""{{Rest}},"roles":[{"role":"a","link":{{Token}}}]}""");
        Assert.Null(whose.Roles);
        Assert.Equal($$"""[{"role":"a","link":{{Token}}}]""", Assert.Single(whose.UnknownMembers).Value.Raw());
    }

    [Fact]
    public void What_is_unknown_in_them_is_kept() =>
        Assert.Equal("1", Samples.Decode($$"""{{Rest}},"roles":[{"role":"a"},{"role":"b","since":1}]}""").UnknownMembers["roles/1/since"].Raw());

    [Fact]
    public void A_newer_version_may_give_them_another_form()
    {
        var entry = AuditEntry.Decode(0, Encoding.UTF8.GetBytes(
            $$"""{{Samples.Head.Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal)}}{{Rest}},"permission":[],"roles":["a"],"policy":"p","basis":{},"prev":-2}"""));
        Assert.Equal((null, null, null, null, null), (entry.Permission, entry.Roles, entry.Policy, entry.Basis, entry.Prev));
        Assert.Equal(["permission", "roles/0", "policy", "basis", "prev"], entry.UnknownMembers.Keys, StringComparer.Ordinal);

        entry = AuditEntry.Decode(0, Encoding.UTF8.GetBytes(
            $$"""{{Samples.Head.Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal)}}{{Rest}},"roles":[{"role":"a","link":"principal"}]}"""));
        Assert.Null(entry.Roles);
        Assert.Equal(["roles/0/link"], entry.UnknownMembers.Keys, StringComparer.Ordinal);
    }

    private static AuditEvent Privileged(string[] texts, int number) => Samples.Minimal with
    {
        Id = Samples.Id,
        Type = number % 2 == 0 ? "policy.deployed" : "access.denied",
        Details = number % 3 == 0 ? null : AuditDetails.Parse("""{"prev":                  1}"""),
        Privilege = new PrivilegeMembers
        {
            Permission = number % 5 == 0 ? null : texts[0],
            Roles = (number % 4) switch { 0 => null, 1 => [], _ => [new AuditRole { Role = texts[1] }, new AuditRole { Role = "b", Source = texts[2], Link = number % 8 }] },
            Policy = number % 7 == 0 ? null : number,
            Basis = number - 1,
            Prev = number % 2 == 0 ? number / 3 : null,
        },
    };

    private static string Text(byte[] entry) => Encoding.UTF8.GetString(entry);
}
