using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Parsing;
using ImmutableAudit.Tests.Parsing.Corpus;
using ImmutableAudit.Tests.Privilege.Decisions;

namespace ImmutableAudit.Tests.Privilege.Policy;

public sealed class PolicyDocumentTests
{
    private const string Everything = """
        {"v":1,"application":"shop","version":3,
        "permissions":[{"permission":"orders.purge","elevated":true},{"permission":"orders.read","level":"denialsOnly"},
        {"permission":"orders.refund"},{"permission":"orders.ship","level":"decision"}],
        "roles":[{"role":"auditor","kind":"eligible","allow":[{"permission":"orders.read"},{"permission":"orders.read","resource":{"type":"order"}},
        {"permission":"orders.read","resource":{"type":"order","id":"4711"}}]},
        {"role":"lead","includes":["support","team"]},{"role":"security","approvesElevation":true},{"role":"support"}],
        "assignments":[{"id":"zoe","roles":["lead"]},{"issuer":"https://idp","id":"bôb\"\n","person":"p-1","roles":["auditor","support"]}],
        "separations":[["auditor","lead"]],
        "elevations":[{"permission":"orders.purge","requestableBy":["lead","support"],"approvals":[{"role":"security","quorum":2}],"maxSeconds":1800}]}
        """;

    [Fact]
    public void The_form_is_the_documented_one()
    {
        var document = PolicyDocument.Of(new AccessPolicyBuilder().Application("shop").Version(3)
            .Permission("orders.ship", auditLevel: AuditLevel.Decision)
            .Catalogue(Shop.Catalogue)
            .Role("support", _ => { })
            .Role("security", role => role.ApprovesElevation())
            .Role("lead", role => role.Includes("team", "support", "team"))
            .Role("auditor", role => role.Eligible().Allow("orders.read", ("order", "4711")).Allow("orders.read", ("order", null)).Allow("orders.read", "orders.read"))
            .Assign(new AuditSubject { Issuer = "https://idp", Id = "bôb\"\n", Person = "p-1", Kind = "user" }, "support")
            .Assign("bôb\"\n", "auditor", issuer: "https://idp")
            .Assign("zoe", "lead")
            .SeparateDuties("lead", "auditor").SeparateDuties("auditor", "lead")
            .Elevation("orders.purge", rule => rule.RequestableBy("support", "lead").ApprovedBy("security", 2).MaxDuration(TimeSpan.FromMinutes(30)))
            .Build());
        Assert.Equal(OneLine(Everything), Encoding.UTF8.GetString(document.Utf8.Span));
        Assert.Equal("sha256:" + Convert.ToHexStringLower(SHA256.HashData(document.Utf8.Span)), document.Digest.ToString());
    }

    [Fact]
    public void What_was_written_is_read_again() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var written = PolicyDocument.Of(new RandomWorld(seed).Policy);
            var read = PolicyDocument.Parse(written.Utf8);
            Assert.Equal(written.Digest, read.Digest);
            Assert.True(written.Utf8.Span.SequenceEqual(PolicyDocument.Of(read.Policy).Utf8.Span));
            Assert.Equal(Describe(written.Policy), Describe(read.Policy));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    /// <summary>Reads with the objects' own members, so that a member that is neither written nor read is missed.</summary>
    private static string Describe(AccessPolicy policy) => string.Join('\n',
        [
            $"{policy.Application} {policy.Version}",
            .. policy.Catalogue.Select(definition => definition.ToString()),
            .. policy.Roles.Select(role =>
                $"{role.Name} {role.Kind} {role.ApprovesElevation} {string.Join(',', role.Includes)} {string.Join(',', role.Permissions)}"),
            .. policy.Assignments.Select(assignment => $"{assignment.Issuer} {assignment.Id} {assignment.Person} {string.Join(',', assignment.Roles)}"),
            .. policy.Separations.Select(duties => string.Join(',', duties.Roles)),
            .. policy.Elevations.Select(rule =>
                $"{rule.Permission} {string.Join(',', rule.RequestableBy)} {string.Join(',', rule.Approvals)} {rule.MaxDuration}"),
        ]);

    [Theory]
    [InlineData("\"version\":3", "\"version\":4", null)]
    [InlineData("\"v\":1", "\"v\":2", "the format 2, newer than this library")]
    [InlineData("\"version\":3", "\"version\":0", "Versions begin with 1")]
    [InlineData("\"version\":3", "\"version\":3.0", "the document/version is not a whole number")]
    [InlineData("\"version\":3", "\"version\":99999999999", "the document/version is not a whole number")]
    [InlineData("\"version\":3", "\"version\":3,\"version\":3", "a name occurs twice")]
    [InlineData("\"version\":3", "\"version\":3,\"limit\":1", "the document has the member 'limit'")]
    [InlineData("\"version\":3", "\"Version\":3", "the document has the member 'Version'")]
    [InlineData(",\"version\":3", "", "the document has no 'version'")]
    [InlineData("\"version\":3", "\"version\": 3", "not in its one form, first at byte 39")]
    [InlineData("\"shop\"", "\"sh\\u006Fp\"", "not in its one form, first at byte 25")]
    [InlineData("\"shop\"", "\"\"", "The application '' is blank")]
    [InlineData("\"shop\"", "17", "the document/application is not a text")]
    [InlineData("\"shop\"", "{\"enc\":\"k\"}", "the document/application is not a text")]
    [InlineData("\"shop\"", "\"sh\\ud800p\"", "not valid Unicode")]
    [InlineData("\"elevated\":true", "\"elevated\":false", "permissions/0/elevated is not true; leave it out")]
    [InlineData("\"level\":\"decision\"", "\"level\":\"decisionAndOutcome\"", "not in its one form")]
    [InlineData("\"level\":\"decision\"", "\"level\":\"none\"", "permissions/3/level is no audit level")]
    [InlineData("\"elevated\":true", "\"elevated\":true,\"level\":\"decision\"", "permissions/0: The permission 'orders.purge' is elevated")]
    [InlineData("{\"permission\":\"orders.refund\"}", "{\"permission\":\"orders.*\"}", "permissions/2: The permission 'orders.*' has a wildcard")]
    [InlineData("{\"permission\":\"orders.refund\"}", "{\"permission\":\"orders.purge\"}", "is elevated, DecisionAndOutcome at the policy")]
    [InlineData("{\"permission\":\"orders.refund\"}", "{\"permission\":\"orders.read\",\"level\":\"denialsOnly\"}", "not in its one form")]
    [InlineData("\"kind\":\"eligible\"", "\"kind\":\"standing\"", "roles/0/kind is no kind of role")]
    [InlineData("[\"support\",\"team\"]", "[\"team\",\"support\"]", "not in its one form")]
    [InlineData("[\"support\",\"team\"]", "[]", "not in its one form")]
    [InlineData("[\"support\",\"team\"]", "[\"lead\"]", "includes itself: lead → lead")]
    [InlineData("[\"support\",\"team\"]", "\"support\"", "roles/1/includes is not an array")]
    [InlineData("{\"type\":\"order\"}", "{\"type\":\" \"}", "roles/0/allow/1: Role 'auditor': The resource type ' ' is blank")]
    [InlineData("{\"type\":\"order\"}", "{\"id\":\"1\"}", "roles/0/allow/1/resource has no 'type'")]
    [InlineData("{\"type\":\"order\"}", "{\"type\":\"order\",\"not\":\"4711\"}", "resource has the member 'not'")]
    [InlineData("{\"type\":\"order\"}", "{\"type\":\"order\",\"id\":[[]]}", "malformed")]
    [InlineData("\"role\":\"support\"", "\"role\":\"security\"", "The role 'security' is defined twice")]
    [InlineData("\"id\":\"zoe\",", "", "assignments/0 has no 'id'")]
    [InlineData("\"roles\":[\"lead\"]", "\"roles\":[]", "not in its one form")]
    [InlineData("[[\"auditor\",\"lead\"]]", "[[\"lead\"]]", "separations/0: Separated duties name fewer than two")]
    [InlineData("[[\"auditor\",\"lead\"]]", "[\"lead\"]", "separations/0 is not an array")]
    [InlineData("\"quorum\":2", "\"quorum\":-2", null)]
    [InlineData("\"quorum\":2", "\"quorum\":2e0", "approvals/0/quorum is not a whole number")]
    [InlineData("\"maxSeconds\":1800", "\"maxSeconds\":-1", "maximum duration of")]
    [InlineData("\"maxSeconds\":1800", "\"maxSeconds\":1800,\"hours\":\"9-17\"", "elevations/0/hours is not an object")]
    public void Only_what_would_be_written_is_read(string from, string to, string? message)
    {
        var text = OneLine(Everything);
        Assert.Contains(from, text, StringComparison.Ordinal);
        var place = text.IndexOf(from, StringComparison.Ordinal);
        var changed = Encoding.UTF8.GetBytes(text[..place] + to + text[(place + from.Length)..]);
        if (message is null)
        {
            Assert.True(PolicyDocument.Parse(changed).Utf8.Span.SequenceEqual(changed));
        }
        else
        {
            var e = Assert.Throws<AccessPolicyException>(() => PolicyDocument.Parse(changed));
            Assert.Contains(message, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Garbage_is_refused_and_nothing_else_happens()
    {
        byte[][] seeds = [Encoding.UTF8.GetBytes(OneLine(Everything)), .. Enumerable.Range(1, 5).Select(seed => PolicyDocument.Of(new RandomWorld(seed).Policy).Utf8.ToArray())];
        foreach (var bytes in NastyInputs.All.Concat(seeds))
        {
            Try(bytes);
        }

        Prop.ForAll(Mutations.Of(seeds).ToArbitrary(), Try).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithEndSize(40));
    }

    [Fact]
    public void A_document_that_is_too_long_is_neither_read_nor_written()
    {
        var e = Assert.Throws<AccessPolicyException>(() => PolicyDocument.Parse(new byte[PolicyDocument.MaxLength + 1]));
        Assert.Contains("may have 16777216", e.Message, StringComparison.Ordinal);
        var builder = Shop.Roles();
        for (var i = 0; i < 17_000; i++)
        {
            builder.Assign($"{i}".PadLeft(1000, 'x'), "lead");
        }

        e = Assert.Throws<AccessPolicyException>(() => PolicyDocument.Of(builder.Build()));
        Assert.Contains("may take 16777216", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_does_not_change_with_the_bytes_that_it_was_read_from()
    {
        var bytes = PolicyDocument.Of(Shop.Full().Build()).Utf8.ToArray();
        var document = PolicyDocument.Parse(bytes);
        bytes.AsSpan().Clear();
        Assert.Equal(document.Digest, PolicyDigest.Of(document.Utf8.Span));
    }

    [Fact]
    public void A_digest_has_one_spelling()
    {
        var digest = PolicyDigest.Of("abc"u8);
        const string text = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        Assert.Equal(text, digest.ToString());
        Assert.True(PolicyDigest.TryParse(text, out var parsed));
        Assert.Equal(digest, parsed);
        Assert.All([null, "", text[7..], text.ToUpperInvariant(), "sha256:BA" + text[9..], text + " ", text[..^1], "sha512" + text[6..]], other => Assert.False(PolicyDigest.TryParse(other, out _)));
    }

    private static void Try(byte[] bytes)
    {
        try
        {
            var document = PolicyDocument.Parse(bytes);
            Assert.True(PolicyDocument.Of(document.Policy).Utf8.Span.SequenceEqual(bytes));
            Assert.All(PolicyValidator.Validate(document.Policy), finding => AssertShown(finding.Message));
        }
        catch (AccessPolicyException e)
        {
            AssertShown(e.Message);
        }
    }

    private static void AssertShown(string message)
    {
        Assert.InRange(message.Length, 10, 4000);
        Assert.False(message.Any(c => char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format), message);
    }

    private static PolicyDocument Large(int assignments)
    {
        var builder = Shop.Full();
        for (var i = 0; i < assignments; i++)
        {
            builder.Assign($"subject-{i:00000}", "support");
        }

        return PolicyDocument.Of(builder.Build());
    }

    private static string OneLine(string text) => text.Replace("\n", "", StringComparison.Ordinal);
}
