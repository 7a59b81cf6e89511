using System.Security.Cryptography;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Policy;

public sealed class AccessPolicyBuilderTests
{
    [Fact]
    public void The_policy_holds_what_was_said()
    {
        var policy = Shop.Full()
            .Role("auditor", role => role.Eligible().Allow(Shop.Read, Shop.Refund).Allow(Shop.Refund, resource: ("order", "4711")))
            .Assign(new AuditSubject { Issuer = "https://idp.example", Id = "dave", Person = "p-4" }, "auditor")
            .SeparateDuties("lead", "auditor")
            .Permission("audit.read")
            .Build();

        Assert.Equal(("shop", 3), (policy.Application, policy.Version));
        Assert.Equal("auditor, lead, security, support", string.Join(", ", policy.Roles.Select(role => role.Name)));
        Assert.True(policy.TryGetRole("auditor", out var auditor) && auditor.Kind == RoleKind.Eligible);
        Assert.Equal(
            [new(Shop.Read), new(Shop.Refund), new RolePermission(Shop.Refund, new AuditResource { Type = "order", Id = "4711" })],
            auditor.Permissions);
        Assert.True(policy.TryGetRole("lead", out var lead) && lead.Kind == RoleKind.Standing);
        Assert.Equal("support", Assert.Single(lead.Includes));
        Assert.True(policy.TryGetRole("security", out var security) && security.ApprovesElevation);
        var rule = Assert.Single(policy.Elevations);
        Assert.Equal((Shop.Purge, TimeSpan.FromMinutes(30)), (rule.Permission, rule.MaxDuration));
        Assert.Equal("lead", Assert.Single(rule.RequestableBy));
        Assert.Equal(new ApprovalRule("security", 2), Assert.Single(rule.Approvals));
        Assert.Equal("auditor, lead", string.Join(", ", Assert.Single(policy.Separations).Roles));
        Assert.Equal("alice, bob, carol, dave", string.Join(", ", policy.Assignments.Select(assignment => assignment.Id)));
        Assert.True(policy.TryGetAssignment(new AuditSubject { Issuer = "https://idp.example", Id = "dave" }, out var dave));
        Assert.Equal(("p-4", "auditor, support"), (dave.Person, string.Join(", ", dave.Roles)));
        Assert.Equal(4, policy.Catalogue.Count);
    }

    [Fact]
    public void A_rule_holds_what_was_said_and_else_the_usual()
    {
        var policy = Shop.Roles().DeployUnderGrant()
            .Elevation([AuditPermissions.DeployPolicy, "a.b"], rule => rule.RequestableBy("lead").ApprovedBy("security")
                .MaxDuration(TimeSpan.FromMinutes(5)).PendingFor(TimeSpan.FromMinutes(6)).ActivateWithin(TimeSpan.FromSeconds(7))
                .RequireReason().RequireTicket().SeparateApprovers().SignedVotes().RevocableBy("support", "lead", "support")
                .ActiveHours(TimeSpan.FromHours(-14), new TimeOnly(22, 0), new TimeOnly(6, 30), DayOfWeek.Sunday, DayOfWeek.Saturday, DayOfWeek.Sunday)
                .BreakGlass(TimeSpan.FromMinutes(1), "support", "lead"))
            .Build();
        foreach (var permission in new[] { "policy.deploy", "a.b" })
        {
            Assert.True(policy.TryGetElevation(permission, out var rule));
            Assert.Equal(permission, rule.Permission);
            Assert.Equal((TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6), TimeSpan.FromSeconds(7)), (rule.MaxDuration, rule.PendingFor, rule.ActivateWithin));
            Assert.True(rule is { RequiresReason: true, RequiresTicket: true, SeparateApprovers: true, SignedVotes: true });
            Assert.Equal(["lead", "support"], rule.RevocableBy);
            Assert.Equal((TimeSpan.FromHours(-14), new TimeOnly(22, 0), new TimeOnly(6, 30)), (rule.Hours!.UtcOffset, rule.Hours.From, rule.Hours.To));
            Assert.Equal([DayOfWeek.Saturday, DayOfWeek.Sunday], rule.Hours.Days);
            Assert.Equal(["lead", "support"], rule.BreakGlass!.Roles);
            Assert.Equal(TimeSpan.FromMinutes(1), rule.BreakGlass.MaxDuration);
        }

        Assert.True(policy.DeployUnderGrant);
        Assert.True(policy.Catalogue.TryGet("policy.deploy", out var deploy) && deploy.Elevated);
        Assert.True(policy.TryGetElevation(Shop.Purge, out var usual));
        Assert.Equal((TimeSpan.FromHours(24), TimeSpan.FromHours(8)), (usual.PendingFor, usual.ActivateWithin));
        Assert.True(usual is { RequiresReason: false, RequiresTicket: false, SeparateApprovers: false, SignedVotes: false, Hours: null, BreakGlass: null });
        Assert.Empty(usual.RevocableBy);
        Assert.False(policy.TryGetElevation(Shop.Read, out _));
        Assert.False(Shop.Roles().Build() is var plain && (plain.DeployUnderGrant || plain.Catalogue.Contains("policy.deploy")));
    }

    [Fact]
    public void A_subject_has_the_vote_keys_that_were_named()
    {
        var bytes = VoteKeys.Of(1);
        var policy = Shop.Roles().VoteKey(new AuditSubject { Issuer = "idp", Id = "bob", Person = "p-2" }, bytes)
            .VoteKey(new AuditSubject { Issuer = "idp", Id = "bob" }, VoteKeys.Of(2)).VoteKey(new AuditSubject { Issuer = "idp", Id = "bob" }, VoteKeys.Of(2)).Build();
        bytes.AsSpan().Clear();
        Assert.Equal(
            new[] { VoteKeys.Of(1), VoteKeys.Of(2) }.Select(Convert.ToBase64String).Order(StringComparer.Ordinal),
            policy.VoteKeysOf(new AuditSubject { Issuer = "idp", Id = "bob", Person = "other" }).Select(key => Convert.ToBase64String(key.Span)), StringComparer.Ordinal);
        Assert.Empty(policy.VoteKeysOf(new AuditSubject { Id = "bob" }));
        Assert.Empty(policy.VoteKeysOf(new AuditSubject { Issuer = "idp", Id = "Bob" }));
    }

    public static TheoryData<string, byte[]> NoVoteKeys => new()
    {
        { "is no SubjectPublicKeyInfo of a P-256 key", [] },
        { "is no SubjectPublicKeyInfo of a P-256 key", VoteKeys.Of(1)[1..] },
        { "is no SubjectPublicKeyInfo of a P-256 key", VoteKeys.Of(1)[..^1] },
        { "is not a point of the curve", [.. VoteKeys.Of(1)[..^1], 0] },
        { "is no SubjectPublicKeyInfo of a P-256 key", [.. VoteKeys.Of(1), 0] },
        { "is no SubjectPublicKeyInfo of a P-256 key", VoteKeys.On(ECCurve.NamedCurves.nistP384) },
        { "is no SubjectPublicKeyInfo of a P-256 key", OnNoCurve() },
        { "is no SubjectPublicKeyInfo of a P-256 key", Rsa() },
    };

    [Theory]
    [MemberData(nameof(NoVoteKeys))]
    public void What_is_no_vote_key_is_refused(string message, byte[] bytes)
    {
        var e = Assert.Throws<AccessPolicyException>(() => Shop.Roles().VoteKey(new AuditSubject { Id = "bob" }, bytes));
        Assert.StartsWith($"The vote key of 'bob' {message}", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("as ECDsa.ExportSubjectPublicKeyInfo writes it.", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "alice")]
    [InlineData("https://idp.example", "Alice")]
    [InlineData("https://IDP.example", "alice")]
    [InlineData("https://idp.example", "a\u0301lice")]
    [InlineData("https://idp.example", "\u00E1lice")]
    public void Subjects_are_compared_ordinally_by_issuer_and_id(string? issuer, string id)
    {
        var policy = Shop.Roles().Assign("alice", "lead", issuer: "https://idp.example").Build();
        Assert.True(policy.TryGetAssignment(new AuditSubject { Issuer = "https://idp.example", Id = "alice", Person = "p", Kind = "user" }, out _));
        Assert.False(policy.TryGetAssignment(new AuditSubject { Issuer = issuer, Id = id }, out _));
    }

    [Fact]
    public void A_policy_does_not_change_with_its_builder()
    {
        var builder = Shop.Full();
        var policy = builder.Build();
        builder.Role("intern", role => role.Allow(Shop.Read)).Assign("alice", "intern").Assign("eve", "intern").Version(4);
        Assert.Equal(3, policy.Roles.Count);
        Assert.Equal(4, policy.Assignments.Count);
        Assert.Equal("lead", Assert.Single(policy.Assignments[0].Roles));
        Assert.Equal(3, policy.Version);
    }

    public static TheoryData<string, Action<AccessPolicyBuilder>> Refused => new()
    {
        { "Versions begin with 1", policy => policy.Version(0) },
        { "The application '' is blank", policy => policy.Application("") },
        { "The role ' ' is blank", policy => policy.Role(" ", _ => { }) },
        { "begins or ends with white space", policy => policy.Role("lead ", _ => { }) },
        { "characters that do not show", policy => policy.Role("le\u200Bad", _ => { }) },
        { "characters that do not show", policy => policy.Role(new string('x', 99) + "\u202Eab", _ => { }) },
        { "more than 128 characters", policy => policy.Role(new string('x', 129), _ => { }) },
        { "'lead' is defined twice", policy => policy.Role("lead", _ => { }) },
        { "Role 'r': The permission 'orders.*' has a wildcard", policy => policy.Role("r", role => role.Allow("orders.*")) },
        { "Role 'r': The permission 'refund' has one segment", policy => policy.Role("r", role => role.Allow("refund", ("order", "1"))) },
        { "Role 'r': The resource type ' ' is blank", policy => policy.Role("r", role => role.Allow(Shop.Read, (" ", "1"))) },
        { "Role 'r': The resource id '' is blank", policy => policy.Role("r", role => role.Allow(Shop.Read, ("order", ""))) },
        { "Role 'r': The included role '' is blank", policy => policy.Role("r", role => role.Includes("")) },
        { "two elevation rules", policy => policy.Elevation(Shop.Purge, _ => { }) },
        { "The permission 'Purge' has an upper-case letter", policy => policy.Elevation("Purge", _ => { }) },
        { "approved by 'security' twice", policy => policy.Elevation("a.b", rule => rule.ApprovedBy("security").ApprovedBy("security", 2)) },
        { "maximum duration of 00:00:00", policy => policy.Elevation("a.b", rule => rule.MaxDuration(TimeSpan.Zero)) },
        { "Give whole seconds", policy => policy.Elevation("a.b", rule => rule.MaxDuration(TimeSpan.FromMilliseconds(1500))) },
        { "at most 366 days", policy => policy.Elevation("a.b", rule => rule.MaxDuration(TimeSpan.FromDays(367))) },
        { "a pending time of 00:00:00", policy => policy.Elevation("a.b", rule => rule.PendingFor(TimeSpan.Zero)) },
        { "a pending time of 366.00:00:01", policy => policy.Elevation("a.b", rule => rule.PendingFor(TimeSpan.FromDays(366) + TimeSpan.FromSeconds(1))) },
        { "an activation window of 00:00:00.5", policy => policy.Elevation("a.b", rule => rule.ActivateWithin(TimeSpan.FromMilliseconds(500))) },
        { "a break-glass duration of -00:00:01", policy => policy.Elevation("a.b", rule => rule.BreakGlass(TimeSpan.FromSeconds(-1), "lead")) },
        { "says BreakGlass twice", policy => policy.Elevation("a.b", rule => rule.BreakGlass(TimeSpan.FromHours(1), "lead").BreakGlass(TimeSpan.FromHours(1), "support")) },
        { "role that may break the glass of 'a.b' '' is blank", policy => policy.Elevation("a.b", rule => rule.BreakGlass(TimeSpan.FromHours(1), "")) },
        { "role that may revoke 'a.b' ' ' is blank", policy => policy.Elevation("a.b", rule => rule.RevocableBy(" ")) },
        { "an offset of -10675199.02:48:05.4775808 from UTC", policy => policy.Elevation("a.b", rule => Hours(rule, TimeSpan.MinValue, Noon)) },
        { "has two ActiveHours", policy => policy.Elevation("a.b", rule => Hours(Hours(rule, TimeSpan.Zero, Noon), TimeSpan.Zero, Noon)) },
        { "an offset of 14:01:00 from UTC", policy => policy.Elevation("a.b", rule => Hours(rule, TimeSpan.FromMinutes(841), Noon)) },
        { "an offset of -14:01:00 from UTC", policy => policy.Elevation("a.b", rule => Hours(rule, TimeSpan.FromMinutes(-841), Noon)) },
        { "an offset of 00:00:30 from UTC", policy => policy.Elevation("a.b", rule => Hours(rule, TimeSpan.FromSeconds(30), Noon)) },
        { "hours from 12:00:01.0000000 to 12:00:00.0000000. Give whole minutes", policy => policy.Elevation("a.b", rule => Hours(rule, TimeSpan.Zero, new TimeOnly(12, 0, 1))) },
        { "a day of the week that there is not", policy => policy.Elevation("a.b", rule => rule.ActiveHours(TimeSpan.Zero, Noon, Noon, (DayOfWeek)7)) },
        { "approved by more than 8 roles", policy => policy.Elevation("a.b", rule => Enumerable.Range(0, 9).ToList().ForEach(role => rule.ApprovedBy($"r{role}"))) },
        { "An elevation rule names no permission", policy => policy.Elevation([], _ => { }) },
        { "two elevation rules", policy => policy.Elevation(["a.b", "a.b"], _ => { }) },
        { "The subject that has a vote key '' is blank", policy => policy.VoteKey(new AuditSubject { Id = "" }, VoteKeys.Of(1)) },
        { "The issuer of 'eve' ' ' is blank", policy => policy.VoteKey(new AuditSubject { Id = "eve", Issuer = " " }, VoteKeys.Of(1)) },
        { "A vote key is named of 'job' on behalf", policy => policy.VoteKey(new AuditSubject { Id = "job", OnBehalfOf = new AuditSubject { Id = "eve" } }, VoteKeys.Of(1)) },
        { "The subject that has the role 'lead' ' ' is blank", policy => policy.Assign(" ", "lead") },
        { "The subject that has the role 'lead' '' is blank", policy => policy.Assign(new AuditSubject { Id = "" }, "lead") },
        { "The issuer of 'eve' '' is blank", policy => policy.Assign("eve", "lead", issuer: "") },
        { "not valid Unicode", policy => policy.Assign("eve\uD800", "lead") },
        { "The assigned role '' is blank", policy => policy.Assign("eve", "") },
        { "on behalf of another", policy => policy.Assign(new AuditSubject { Id = "job", OnBehalfOf = new AuditSubject { Id = "eve" } }, "lead") },
        { "fewer than two roles", policy => policy.SeparateDuties("lead", "lead") },
        { "has the audit level", policy => policy.Permission("a.b", auditLevel: (AuditLevel)9) },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_is_refused_and_said_where(string message, Action<AccessPolicyBuilder> act)
    {
        var e = Assert.Throws<AccessPolicyException>(() => act(Shop.Roles()));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_account_has_one_person()
    {
        var builder = Shop.Roles().Assign("alice", "lead").Assign(new AuditSubject { Id = "alice", Person = "p-1" }, "support");
        var e = Assert.Throws<AccessPolicyException>(() => builder.Assign(new AuditSubject { Id = "alice", Person = "p-2" }, "security"));
        Assert.Contains("'p-1'", e.Message, StringComparison.Ordinal);
        Assert.Contains("'p-2'", e.Message, StringComparison.Ordinal);
        Assert.Equal("p-1", Assert.Single(builder.Build().Assignments).Person);
    }

    [Fact]
    public void Application_and_version_are_needed()
    {
        Assert.Contains("names no application", Fault(new AccessPolicyBuilder().Version(1)), StringComparison.Ordinal);
        Assert.Contains("has no version", Fault(new AccessPolicyBuilder().Application("shop")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_role_that_includes_itself_is_refused_with_the_way_around()
    {
        Assert.Contains("'a' includes itself: a → a.", Fault(Shop.Empty().Role("a", role => role.Includes("a"))), StringComparison.Ordinal);
        var around = Shop.Empty()
            .Role("x", role => role.Includes("a"))
            .Role("a", role => role.Includes("b"))
            .Role("b", role => role.Includes("nowhere", "c"))
            .Role("c", role => role.Includes("a"));
        Assert.Contains("a → b → c → a", Fault(around), StringComparison.Ordinal);
    }

    [Fact]
    public void Roles_may_meet_again_without_a_cycle_and_nest_deeply()
    {
        var builder = Shop.Empty().Role("r0", role => role.Allow(Shop.Read));
        for (var i = 1; i < 20_000; i++)
        {
            builder.Role($"r{i}", role => role.Includes($"r{i - 1}", "r0"));
        }

        var policy = builder.Assign("alice", "r19999").Build();
        Assert.True(AccessDecider.Decide(policy, [], new AccessQuery(new AccessSubject(new AuditSubject { Id = "alice" }), Shop.Read), default).Allowed);
    }

    [Fact]
    public void The_same_permission_with_other_attributes_is_refused()
    {
        var message = Fault(Shop.Empty().Permission(Shop.Refund, elevated: true));
        Assert.Contains("at the policy", message, StringComparison.Ordinal);
        Assert.Contains("the catalogue of guarded interfaces", message, StringComparison.Ordinal);
    }

    private static TimeOnly Noon => new(12, 0);

    private static ElevationRuleBuilder Hours(ElevationRuleBuilder rule, TimeSpan offset, TimeOnly from) => rule.ActiveHours(offset, from, Noon, DayOfWeek.Monday);

    /// <summary>One bit of the curve's name changed: on some platforms it is not a <see cref="CryptographicException"/> that tells.</summary>
    private static byte[] OnNoCurve()
    {
        var key = VoteKeys.Of(1);
        key[22] ^= 0x40;
        return key;
    }

    private static byte[] Rsa()
    {
        using var key = RSA.Create(2048);
        return key.ExportSubjectPublicKeyInfo();
    }

    private static string Fault(AccessPolicyBuilder builder) => Assert.Throws<AccessPolicyException>(builder.Build).Message;
}
