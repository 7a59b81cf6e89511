using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Policy;

public sealed class PolicyValidatorTests
{
    private const string None = "";

    [Fact]
    public void A_policy_that_fits_has_no_finding() => Assert.Equal(None, Findings(Shop.Full()));

    public static TheoryData<string, string, Action<AccessPolicyBuilder>> Cases => new()
    {
        {
            "error policy.unknown-permission", "Role 'r' allows 'orders.refnud', which there is not. Did you mean 'orders.refund'?",
            policy => policy.Role("r", role => role.Allow("orders.refnud")).Assign("alice", "r")
        },
        {
            "error policy.unknown-permission", "Role 'r' allows 'invoices.write-off', which there is not. Name a permission",
            policy => policy.Role("r", role => role.Allow("invoices.write-off")).Assign("alice", "r")
        },
        {
            "error policy.unknown-permission", "elevation rule of 'orders.purg', which there is not. Did you mean 'orders.purge'?",
            policy => policy.Elevation("orders.purg", rule => rule.RequestableBy("lead").ApprovedBy("security"))
        },
        {
            "error policy.standing-elevated", "Role 'r' is standing and allows 'orders.purge'",
            policy => policy.Role("r", role => role.Allow(Shop.Purge)).Assign("alice", "r")
        },
        {
            "error policy.standing-elevated", "Role 'r' is standing and allows 'orders.purge'",
            policy => policy.Role("r", role => role.Allow(Shop.Purge, ("order", "1"))).Assign("alice", "r")
        },
        { None, None, policy => policy.Role("r", role => role.Eligible().Allow(Shop.Purge)).Assign("alice", "r") },
        {
            "error policy.standing-includes-eligible", "Role 'r' is standing and includes 'e'",
            policy => policy.Role("e", role => role.Eligible().Allow(Shop.Purge)).Role("r", role => role.Includes("e")).Assign("alice", "r")
        },
        {
            "error policy.unknown-role", "Role 'r' includes 'Suport', which there is not. Did you mean 'support'?",
            policy => policy.Role("r", role => role.Includes("Suport")).Assign("alice", "r")
        },
        { "error policy.unknown-role", "The subject 'eve' has the role 'laed', which there is not. Did you mean 'lead'?", policy => policy.Assign("eve", "laed") },
        { "error policy.unknown-role", "name 'audit', which there is not. Define it", policy => policy.SeparateDuties("lead", "audit") },
        {
            "error policy.unknown-role", "may be requested by 'led', which there is not. Did you mean 'lead'?",
            policy => policy.Elevation(Shop.Refund, rule => rule.RequestableBy("led").ApprovedBy("security"))
        },
        {
            "error policy.unknown-role", "approved by 'securities', which there is not. Did you mean 'security'?",
            policy => policy.Elevation(Shop.Refund, rule => rule.RequestableBy("lead").ApprovedBy("securities"))
        },
        { "warning policy.empty-role", "Role 'r' holds no permission", policy => policy.Role("r", _ => { }).Assign("alice", "r") },
        { "warning policy.unassigned-role", "Role 'r' is assigned to nobody", policy => policy.Role("r", role => role.Allow(Shop.Read)) },
        {
            "error policy.conflicting-duties", "The subject 'alice' has the roles 'lead', 'security', inclusion counted",
            policy => policy.Assign("alice", "security").SeparateDuties("lead", "security")
        },
        {
            "error policy.conflicting-duties", "'support', 'top'",
            policy => policy.Role("top", role => role.Includes("lead")).Assign("eve", "top").SeparateDuties("top", "support", "security")
        },
        {
            "error policy.conflicting-duties", "The accounts 'eve', 'eve' of 'idp' of the person 'p-5' have the roles 'security', 'support'",
            policy => policy.Assign(new AuditSubject { Id = "eve", Person = "p-5" }, "security")
                .Assign(new AuditSubject { Issuer = "idp", Id = "eve", Person = "p-5" }, "support").SeparateDuties("support", "security")
        },
        {
            None, None,
            policy => policy.Assign(new AuditSubject { Id = "eve", Person = "p-5" }, "security")
                .Assign(new AuditSubject { Issuer = "idp", Id = "eve", Person = "p-6" }, "support").SeparateDuties("support", "security")
        },
        { "warning policy.unreachable-permission", "Nobody can ever have 'orders.ship': no role", policy => policy.Permission("orders.ship") },
        {
            "warning policy.unreachable-permission", "Nobody can ever have 'orders.ship': no role",
            policy => policy.Permission("orders.ship").Role("r", role => role.Eligible().Allow("orders.ship")).Assign("alice", "r")
        },
        {
            "error policy.quorum-too-large", "needs 1 persons with the role 'r', and 0 have it standing",
            policy => policy.Role("r", role => role.Eligible().ApprovesElevation()).Assign("eve", "r")
                .Elevation(Shop.Refund, rule => rule.RequestableBy("lead").ApprovedBy("r"))
        },
        { "warning policy.unreachable-permission", "Nobody can ever have 'orders.burn': it is elevated", policy => policy.Permission("orders.burn", elevated: true) },
        {
            None, None,
            policy => policy.Permission("orders.ship").Elevation("orders.ship", rule => rule.RequestableBy("support").ApprovedBy("security"))
        },
        {
            "warning policy.all-powerful", "The subject 'alice' holds every permission that is not elevated (4 of them) by its roles 'lead', 'r'",
            policy => policy.Permission("orders.ship").Permission("orders.pack").Role("r", role => role.Allow("orders.ship", "orders.pack")).Assign("alice", "r")
        },
        {
            None, None,
            policy => policy.Permission("orders.ship").Permission("orders.pack")
                .Role("r", role => role.Allow("orders.pack").Allow("orders.ship", ("order", "1"))).Assign("alice", "r")
        },
        { "error policy.no-requester", "of 'orders.refund' says of nobody", policy => policy.Elevation(Shop.Refund, rule => rule.ApprovedBy("security")) },
        { "error policy.no-approval", "of 'orders.refund' needs nobody's approval", policy => policy.Elevation(Shop.Refund, rule => rule.RequestableBy("lead")) },
        {
            "error policy.invalid-quorum", "has a quorum of 0 for 'security'",
            policy => policy.Elevation(Shop.Refund, rule => rule.RequestableBy("lead").ApprovedBy("security", 0))
        },
        {
            "error policy.quorum-too-large", "needs 3 persons with the role 'security', and 2 have it",
            policy => policy.Elevation(Shop.Refund, rule => rule.RequestableBy("lead").ApprovedBy("security", 3))
        },
        {
            "error policy.quorum-too-large", "needs 4 persons with the role 'security', and 3 have it",
            policy => policy.Assign(new AuditSubject { Id = "eve", Person = "p-5" }, "security").Assign(new AuditSubject { Id = "eve-2", Person = "p-5" }, "security")
                .Elevation(Shop.Refund, rule => rule.RequestableBy("lead").ApprovedBy("security", 4))
        },
        {
            None, None,
            policy => policy.Role("chief", role => role.Includes("security")).Assign("eve", "chief")
                .Elevation(Shop.Refund, rule => rule.RequestableBy("lead").ApprovedBy("security", 3))
        },
        {
            "error policy.approver-without-right", "approved by 'support', a role that may not approve",
            policy => policy.Elevation(Shop.Refund, rule => rule.RequestableBy("security").ApprovedBy("support"))
        },
        {
            "warning policy.quorum-without-requester", "1 of those who may ask are among them",
            policy => policy.Assign("bob", "support").Elevation(Shop.Refund, rule => rule.RequestableBy("support").ApprovedBy("security", 2))
        },
        {
            "error policy.malformed-subject", "The id of the subject 'eve ' begins or ends with white space",
            policy => policy.Assign("eve ", "support")
        },
        {
            "error policy.malformed-subject", "The issuer of the subject 'eve' of 'id\\u{200b}p' has characters that do not show",
            policy => policy.Assign("eve", "support", issuer: "id\u200Bp")
        },
        {
            "error policy.unknown-role", "may be revoked by 'laed', which there is not. Did you mean 'lead'?",
            policy => policy.Elevation(Shop.Refund, rule => Rule(rule).RevocableBy("laed", "lead"))
        },
        {
            "error policy.unknown-role", "has BreakGlass for 'laed', which there is not. Did you mean 'lead'?",
            policy => policy.Elevation(Shop.Refund, rule => Rule(rule).BreakGlass(Minute, "laed", "lead"))
        },
        { "error policy.no-breaker", "'orders.refund' says BreakGlass of nobody", policy => policy.Elevation(Shop.Refund, rule => Rule(rule).BreakGlass(Minute)) },
        {
            "warning policy.long-break-glass", "gives 00:30:01 by BreakGlass, without approval, and 00:30:00 at most",
            policy => policy.Elevation(Shop.Refund, rule => Rule(rule).MaxDuration(TimeSpan.FromMinutes(30)).BreakGlass(TimeSpan.FromSeconds(1801), "lead"))
        },
        {
            None, None,
            policy => policy.Elevation(Shop.Refund, rule => Rule(rule).MaxDuration(TimeSpan.FromMinutes(30)).BreakGlass(TimeSpan.FromMinutes(30), "lead"))
        },
        {
            "error policy.unreviewable-break-glass", "of 'orders.refund' has BreakGlass for the only person with a role that approves it",
            policy => policy.Role("chief", role => role.ApprovesElevation()).Assign(new AuditSubject { Id = "eve", Person = "p" }, "chief")
                .Assign(new AuditSubject { Id = "eve-2", Person = "p" }, "support")
                .Elevation(Shop.Refund, rule => rule.RequestableBy("lead").ApprovedBy("chief").BreakGlass(Minute, "lead", "support"))
        },
        {
            None, None,
            policy => policy.Role("chief", role => role.ApprovesElevation()).Assign("eve", "chief")
                .Elevation(Shop.Refund, rule => rule.RequestableBy("lead").ApprovedBy("chief").BreakGlass(Minute, "lead", "support"))
        },
        {
            None, None,
            policy => policy.Role("chief", role => role.ApprovesElevation()).Assign("eve", "chief").Assign("frank", "chief")
                .Elevation(Shop.Refund, rule => rule.RequestableBy("lead").ApprovedBy("chief").BreakGlass(Minute, "chief"))
        },
        {
            "error policy.no-hours", "of 'orders.refund' has ActiveHours on no day",
            policy => policy.Elevation(Shop.Refund, rule => Rule(rule).ActiveHours(TimeSpan.Zero, TimeOnly.MinValue, TimeOnly.MinValue))
        },
        {
            None, None,
            policy => policy.Elevation(Shop.Refund, rule => Rule(rule).ActiveHours(TimeSpan.Zero, TimeOnly.MinValue, TimeOnly.MinValue, DayOfWeek.Monday))
        },
        {
            "error policy.quorum-too-large", "needs 1 persons with the role 'chief' and 2 persons with the role 'security', and nobody counts for two roles",
            policy => policy.Role("chief", role => role.ApprovesElevation()).Assign("bob", "chief")
                .Elevation(Shop.Refund, rule => rule.RequestableBy("lead").ApprovedBy("security", 2).ApprovedBy("chief"))
        },
        {
            "error policy.quorum-too-large", "needs 3 persons with the role 'security', and 2 have it",
            policy => policy.Role("chief", role => role.ApprovesElevation()).Assign("bob", "chief")
                .Elevation(Shop.Refund, rule => rule.RequestableBy("lead").ApprovedBy("security", 3).ApprovedBy("chief"))
        },
        {
            None, None,
            policy => policy.Role("chief", role => role.ApprovesElevation()).Assign("bob", "chief").Assign("eve", "chief")
                .Elevation(Shop.Refund, rule => rule.RequestableBy("lead").ApprovedBy("security", 2).ApprovedBy("chief"))
        },
        {
            "warning policy.quorum-without-requester", "needs 1 persons with the role 'chief' and 1 persons with the role 'deputy'; 2 of those who may ask are among those whose votes that takes",
            policy => policy.Role("chief", role => role.ApprovesElevation()).Role("deputy", role => role.ApprovesElevation())
                .Assign("eve", "chief").Assign("eve", "deputy").Assign("eve", "support").Assign("frank", "chief").Assign("frank", "deputy").Assign("frank", "support")
                .Elevation(Shop.Refund, rule => rule.RequestableBy("support").ApprovedBy("chief").ApprovedBy("deputy"))
        },
        {
            "error policy.too-few-vote-keys", "says SignedVotes and needs 2 persons with the role 'security', and 1 of those who may approve have a vote key",
            policy => policy.VoteKey(Bob, VoteKeys.Of(1)).VoteKey(Bob, VoteKeys.Of(2)).VoteKey(Alice, VoteKeys.Of(3))
                .Elevation(Shop.Refund, rule => rule.RequestableBy("lead").ApprovedBy("security", 2).SignedVotes())
        },
        {
            None, None,
            policy => policy.VoteKey(Bob, VoteKeys.Of(1)).VoteKey(new AuditSubject { Id = "carol" }, VoteKeys.Of(2))
                .Elevation(Shop.Refund, rule => rule.RequestableBy("lead").ApprovedBy("security", 2).SignedVotes())
        },
        {
            "warning policy.quorum-without-requester", "1 of those who may ask are among those whose votes that takes, and cannot approve their own request. Assign the roles to more persons, each with",
            policy => policy.VoteKey(Bob, VoteKeys.Of(1)).Assign("bob", "support")
                .Elevation(Shop.Refund, rule => rule.RequestableBy("support").ApprovedBy("security").SignedVotes())
        },
        {
            "warning policy.approvers-are-requesters", "of 'orders.refund' says SeparateApprovers, and needs votes of those who may ask themselves",
            policy => policy.Assign("eve", "security")
                .Elevation(Shop.Refund, rule => rule.RequestableBy("security").ApprovedBy("security", 2).SeparateApprovers())
        },
        {
            None, None,
            policy => policy.Assign("eve", "security").Elevation(Shop.Refund, rule => rule.RequestableBy("security").ApprovedBy("security", 2))
        },
        {
            None, None,
            policy => policy.Assign("eve", "security").Assign("bob", "support")
                .Elevation(Shop.Refund, rule => rule.RequestableBy("support").ApprovedBy("security", 2).SeparateApprovers())
        },
        {
            "error policy.shared-vote-key", "The subjects 'alice', 'bob' have the same vote key",
            policy => policy.VoteKey(Bob, VoteKeys.Of(1)).VoteKey(Alice, VoteKeys.Of(1)).VoteKey(Alice, VoteKeys.Of(2))
        },
        {
            None, None,
            policy => policy.Assign(new AuditSubject { Id = "eve", Person = "p" }, "support").Assign(new AuditSubject { Id = "eve-2", Person = "p" }, "support")
                .VoteKey(new AuditSubject { Id = "eve" }, VoteKeys.Of(1)).VoteKey(new AuditSubject { Id = "eve-2" }, VoteKeys.Of(1))
        },
        { "error policy.no-deploy-rule", "no elevation rule of 'policy.deploy': nobody could ever deploy another", policy => policy.DeployUnderGrant() },
        { None, None, policy => policy.DeployUnderGrant().Elevation(AuditPermissions.DeployPolicy, rule => Rule(rule)) },
        {
            "error policy.unknown-permission", "an elevation rule of 'policy.deploy', which there is not. Say DeployUnderGrant",
            policy => policy.Elevation(AuditPermissions.DeployPolicy, rule => Rule(rule))
        },
        {
            None, None,
            policy => policy.Role("glass", _ => { }).Assign("eve", "glass").Elevation(Shop.Refund, rule => Rule(rule).RevocableBy("glass"))
        },
        {
            None, None,
            policy => policy.Role("glass", _ => { }).Assign("eve", "glass").Elevation(Shop.Refund, rule => Rule(rule).BreakGlass(Minute, "glass"))
        },
        { "warning policy.personal-subject", "looks like a mail address", policy => policy.Assign("eve@example.org", "support") },
    };

    private static TimeSpan Minute => TimeSpan.FromMinutes(1);

    private static AuditSubject Alice => new() { Id = "alice" };

    private static AuditSubject Bob => new() { Id = "bob" };

    private static ElevationRuleBuilder Rule(ElevationRuleBuilder rule) => rule.RequestableBy("lead").ApprovedBy("security");

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_does_not_fit_is_found_and_nothing_else(string finding, string message, Action<AccessPolicyBuilder> change)
    {
        var builder = Shop.Full();
        change(builder);
        var findings = PolicyValidator.Validate(builder.Build());
        Assert.Equal(finding, string.Join('\n', findings.Select(found => $"{(found.Severity == FindingSeverity.Error ? "error" : "warning")} {found.Id}")));
        if (finding != None)
        {
            Assert.Contains(message, findings[0].Message, StringComparison.Ordinal);
            Assert.Equal($"{finding}: {findings[0].Message}", findings[0].ToString());
        }
    }

    [Fact]
    public void A_role_that_nobody_may_request_with_makes_the_permission_unreachable()
    {
        var findings = PolicyValidator.Validate(Shop.Full().Role("night", role => role.Allow(Shop.Read)).Permission("orders.burn", elevated: true)
            .Elevation("orders.burn", rule => rule.RequestableBy("night").ApprovedBy("security")).Build());
        Assert.Equal(
            ["policy.unassigned-role", "policy.unheld-requester", "policy.unreachable-permission"],
            findings.Select(finding => finding.Id).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void With_roles_from_elsewhere_nobody_knows_who_holds_what()
    {
        var policy = Shop.Roles().Build();
        Assert.NotEmpty(PolicyValidator.Validate(policy));
        Assert.Empty(PolicyValidator.Validate(policy, rolesFromElsewhere: true));
    }

    [Theory]
    [InlineData("policy.unheld-revoker", "may be revoked by 'night', a role that nobody has")]
    [InlineData("policy.unheld-breaker", "has BreakGlass for 'night', a role that nobody has")]
    public void A_role_that_nobody_has_neither_revokes_nor_breaks_the_glass(string id, string message)
    {
        var policy = Shop.Full().Role("night", role => role.Allow(Shop.Read)).Elevation(Shop.Refund, rule => _ = id == "policy.unheld-revoker"
            ? Rule(rule).RevocableBy("night")
            : Rule(rule).BreakGlass(Minute, "night")).Build();
        var findings = PolicyValidator.Validate(policy);
        Assert.Equal(["policy.unassigned-role", id], findings.Select(finding => finding.Id), StringComparer.Ordinal);
        Assert.Contains(message, findings[1].Message, StringComparison.Ordinal);
        Assert.Empty(PolicyValidator.Validate(policy, rolesFromElsewhere: true));
    }

    [Fact]
    public void A_permission_that_can_be_had_by_breaking_the_glass_is_reachable() =>
        Assert.Equal(["policy.no-requester"], PolicyValidator.Validate(Shop.Full().Permission("orders.burn", elevated: true)
            .Elevation("orders.burn", rule => rule.ApprovedBy("security").BreakGlass(Minute, "lead")).Build()).Select(finding => finding.Id), StringComparer.Ordinal);

    [Fact]
    public void Who_has_no_key_cannot_vote_whoever_gives_roles()
    {
        var builder = Shop.Roles().Elevation(Shop.Refund, rule => rule.RequestableBy("lead").ApprovedBy("security", 3).SignedVotes())
            .VoteKey(Alice, VoteKeys.Of(1)).VoteKey(Alice, VoteKeys.Of(2)).VoteKey(Bob, VoteKeys.Of(3));
        Assert.Equal(["policy.too-few-vote-keys"], Elsewhere(builder), StringComparer.Ordinal);
        Assert.Empty(Elsewhere(builder.VoteKey(new AuditSubject { Id = "alice", Issuer = "idp" }, VoteKeys.Of(4))));
    }

    private static IEnumerable<string> Elsewhere(AccessPolicyBuilder policy) =>
        PolicyValidator.Validate(policy.Build(), rolesFromElsewhere: true).Select(finding => finding.Id);

    [Fact]
    public void The_application_may_require_what_the_policy_does_not_know()
    {
        var application = PermissionCatalogue.Of(new PermissionDefinition(Shop.Read, elevated: true), new PermissionDefinition("orders.ship"));
        var findings = PolicyValidator.Validate(Shop.Full().Build(), application, rolesFromElsewhere: true);
        Assert.Equal(["policy.standing-elevated", "policy.catalogue-differs", "policy.catalogue-differs"], findings.Select(finding => finding.Id), StringComparer.Ordinal);
        Assert.Contains("'orders.read' is elevated, DecisionAndOutcome in the application, and not elevated, DenialsOnly", findings[1].Message, StringComparison.Ordinal);
        Assert.Contains("requires 'orders.ship'", findings[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_come_first()
    {
        var findings = PolicyValidator.Validate(Shop.Full().Permission("orders.ship").Assign("eve@example.org", "led").Build());
        Assert.Equal([FindingSeverity.Error, FindingSeverity.Warning, FindingSeverity.Warning], findings.Select(finding => finding.Severity));
    }

    private static string Findings(AccessPolicyBuilder policy) => string.Join('\n', PolicyValidator.Validate(policy.Build()));
}
