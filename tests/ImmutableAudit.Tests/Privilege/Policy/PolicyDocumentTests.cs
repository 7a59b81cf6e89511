using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FsCheck.Fluent;
using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Parsing;
using ImmutableAudit.Tests.Parsing.Corpus;
using ImmutableAudit.Tests.Privilege.Decisions;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Policy;

public sealed class PolicyDocumentTests
{
    private const string Everything = """
        {"v":1,"application":"shop","version":3,"deployUnderGrant":true,
        "permissions":[{"permission":"orders.purge","elevated":true},{"permission":"orders.read","level":"denialsOnly"},
        {"permission":"orders.refund"},{"permission":"orders.ship","level":"decision"},{"permission":"policy.deploy","elevated":true}],
        "roles":[{"role":"auditor","kind":"eligible","allow":[{"permission":"orders.read"},{"permission":"orders.read","resource":{"type":"order"}},
        {"permission":"orders.read","resource":{"type":"order","id":"4711"}}]},
        {"role":"lead","includes":["support","team"]},{"role":"security","approvesElevation":true},{"role":"support"}],
        "assignments":[{"id":"zoe","roles":["lead"]},{"issuer":"https://idp","id":"bôb\"\n","person":"p-1","roles":["auditor","support"]}],
        "separations":[["auditor","lead"]],
        "elevations":[{"permission":"orders.purge","requestableBy":["lead","support"],"approvals":[{"role":"security","quorum":2}],"maxSeconds":1800},
        {"permission":"policy.deploy","approvals":[{"role":"lead","quorum":1},{"role":"security","quorum":1}],"maxSeconds":3600,"pendingSeconds":7200,"activationSeconds":600,
        "requires":["reason","ticket"],"hours":{"offsetMinutes":-90,"from":1320,"to":1440,"days":["monday","wednesday","sunday"]},
        "revocableBy":["auditor","lead"],"separateApprovers":true,"signedVotes":true,"breakGlass":{"by":["lead"],"maxSeconds":60}}],
        "voteKeys":[{"id":"zoe","key":"KEY2"},{"issuer":"https://idp","id":"zoe","key":"KEY1"},{"issuer":"https://idp","id":"zoe","key":"KEY3"}]}
        """;

    private static readonly string[] Keys = [.. new[] { 1, 2, 4 }.Select(number => Convert.ToBase64String(VoteKeys.Of(number))).Order(StringComparer.Ordinal)];

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
            .Elevation("policy.deploy", rule => rule.ApprovedBy("security").ApprovedBy("lead").PendingFor(TimeSpan.FromHours(2)).ActivateWithin(TimeSpan.FromMinutes(10))
                .RequireTicket().RequireReason().SignedVotes().SeparateApprovers().RevocableBy("lead", "auditor", "lead")
                .ActiveHours(TimeSpan.FromMinutes(-90), new TimeOnly(22, 0), new TimeOnly(0, 0), DayOfWeek.Sunday, DayOfWeek.Wednesday, DayOfWeek.Monday, DayOfWeek.Sunday)
                .BreakGlass(TimeSpan.FromMinutes(1), "lead", "lead"))
            .DeployUnderGrant()
            .VoteKey(new AuditSubject { Issuer = "https://idp", Id = "zoe", Person = "p" }, Convert.FromBase64String(Keys[2]))
            .VoteKey(new AuditSubject { Issuer = "https://idp", Id = "zoe" }, Convert.FromBase64String(Keys[0]))
            .VoteKey(new AuditSubject { Issuer = "https://idp", Id = "zoe" }, Convert.FromBase64String(Keys[2]))
            .VoteKey(new AuditSubject { Id = "zoe" }, Convert.FromBase64String(Keys[1]))
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
        }).CheckSeeded(cases: 200);

    [Fact]
    public void What_was_written_of_elevations_is_read_again() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), number =>
        {
            var written = PolicyDocument.Of(RandomRules.Policy(number));
            var read = PolicyDocument.Parse(written.Utf8);
            Assert.Equal(RandomRules.Describe(written.Policy), RandomRules.Describe(read.Policy));
        }).CheckSeeded(cases: 200);

    [Fact]
    public void What_is_as_usual_is_left_out()
    {
        var document = PolicyDocument.Of(Shop.Empty().Elevation("a.b", rule => rule.PendingFor(TimeSpan.FromDays(1)).ActivateWithin(TimeSpan.FromHours(8))).Build());
        Assert.EndsWith(",\"elevations\":[{\"permission\":\"a.b\",\"maxSeconds\":3600}]}", Encoding.UTF8.GetString(document.Utf8.Span), StringComparison.Ordinal);
    }

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
    [InlineData(",\"deployUnderGrant\":true", "", null)]
    [InlineData("\"deployUnderGrant\":true", "\"deployUnderGrant\":false", "deployUnderGrant is not true; leave it out")]
    [InlineData(",{\"permission\":\"policy.deploy\",\"elevated\":true}", "", "not in its one form")]
    [InlineData("{\"permission\":\"policy.deploy\",\"elevated\":true}", "{\"permission\":\"policy.deploy\"}", "elevated, DecisionAndOutcome at DeployUnderGrant")]
    [InlineData("\"pendingSeconds\":7200", "\"pendingSeconds\":86400", "not in its one form")]
    [InlineData("\"pendingSeconds\":7200", "\"pendingSeconds\":0", "elevations/1: The elevation rule of 'policy.deploy' has a pending time of 00:00:00")]
    [InlineData("\"pendingSeconds\":7200", "\"pendingSeconds\":7.2e3", "pendingSeconds is not a whole number")]
    [InlineData("\"activationSeconds\":600", "\"activationSeconds\":28800", "not in its one form")]
    [InlineData("\"activationSeconds\":600", "\"activationSeconds\":31622401", "an activation window of 366.00:00:01")]
    [InlineData("\"activationSeconds\":600", "\"activationSeconds\":31622400", null)]
    [InlineData("[\"reason\",\"ticket\"]", "[\"ticket\",\"reason\"]", "not in its one form")]
    [InlineData("[\"reason\",\"ticket\"]", "[\"reason\",\"reason\"]", "not in its one form")]
    [InlineData("[\"reason\",\"ticket\"]", "[\"reason\",\"mfa\"]", "requires/1 is nothing that a request can be required to have")]
    [InlineData("\"offsetMinutes\":-90", "\"offsetMinutes\":841", "elevations/1/hours: The elevation rule of 'policy.deploy' has hours with an offset of 14:01:00")]
    [InlineData("\"offsetMinutes\":-90", "\"offsetMinutes\":-2147483648", "from UTC. Give whole minutes, at most 14 hours")]
    [InlineData("\"offsetMinutes\":-90,", "", "hours has no 'offsetMinutes'")]
    [InlineData("\"offsetMinutes\":-90", "\"offsetMinutes\":-0", "not in its one form")]
    [InlineData("\"from\":1320", "\"from\":1440", "hours/from is no time of day: minutes from 0 to 1439")]
    [InlineData("\"from\":1320", "\"from\":-1", "hours/from is no time of day")]
    [InlineData("\"from\":1320", "\"from\":0", null)]
    [InlineData("\"to\":1440", "\"to\":0", "hours/to is no time of day: minutes from 1 to 1440")]
    [InlineData("\"to\":1440", "\"to\":1441", "hours/to is no time of day")]
    [InlineData("\"to\":1440", "\"to\":1320", null)]
    [InlineData("\"to\":1440", "\"to\":1440,\"zone\":\"CET\"", "hours has the member 'zone'")]
    [InlineData("\"monday\",\"wednesday\"", "\"wednesday\",\"monday\"", "not in its one form")]
    [InlineData("\"monday\",\"wednesday\"", "\"Monday\",\"wednesday\"", "days/0 is no day of the week")]
    [InlineData("\"monday\",\"wednesday\"", "1,\"wednesday\"", "days/0 is not a text")]
    [InlineData("[\"auditor\",\"lead\"],\"separate", "[\"lead\",\"auditor\"],\"separate", "not in its one form")]
    [InlineData("\"separateApprovers\":true", "\"separateApprovers\":1", "separateApprovers is not true")]
    [InlineData("\"signedVotes\":true", "\"signedVotes\":null", "signedVotes is not true")]
    [InlineData("\"signedVotes\":true", "\"signedVote\":true", "elevations/1 has the member 'signedVote'")]
    [InlineData("{\"by\":[\"lead\"],\"maxSeconds\":60}", "{\"maxSeconds\":60}", null)]
    [InlineData("{\"by\":[\"lead\"],\"maxSeconds\":60}", "{\"by\":[\"lead\"]}", "breakGlass has no 'maxSeconds'")]
    [InlineData("{\"by\":[\"lead\"],\"maxSeconds\":60}", "{\"by\":[\"lead\"],\"maxSeconds\":0}", "elevations/1/breakGlass: The elevation rule of 'policy.deploy' has a break-glass")]
    [InlineData("{\"by\":[\"lead\"],\"maxSeconds\":60}", "{\"by\":[\"lead\"],\"maxSeconds\":60,\"quiet\":true}", "breakGlass has the member 'quiet'")]
    [InlineData("\"id\":\"zoe\",\"key\"", "\"id\":\"\",\"key\"", "voteKeys/0: The subject that has a vote key '' is blank")]
    [InlineData("\"id\":\"zoe\",\"key\"", "\"key\"", "voteKeys/0 has no 'id'")]
    [InlineData("\"id\":\"zoe\",\"key\"", "\"id\":\"zoe\",\"kid\":1,\"key\"", "voteKeys/0 has the member 'kid'")]
    [InlineData("\"key\":\"", "\"key\":\"*", "voteKeys/0/key is not base64")]
    [InlineData("\"key\":\"", "\"key\":\"AAAA", "voteKeys/0: The vote key of 'zoe' is no SubjectPublicKeyInfo")]
    [InlineData("\"key\":\"", "\"key\":\" ", "not in its one form")]
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

        Prop.ForAll(Mutations.Of(seeds).ToArbitrary(), Try).CheckSeeded(cases: 1000, endSize: 40);
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

    private static string OneLine(string text) => text.Replace("\n", "", StringComparison.Ordinal)
        .Replace("KEY1", Keys[0], StringComparison.Ordinal).Replace("KEY2", Keys[1], StringComparison.Ordinal).Replace("KEY3", Keys[2], StringComparison.Ordinal);
}
