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

    private static string Fault(AccessPolicyBuilder builder) => Assert.Throws<AccessPolicyException>(builder.Build).Message;
}
