using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Privilege.Policy;

namespace ImmutableAudit.Tests.Privilege.Decisions;

public sealed class AccessDeciderTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly AuditResource Order = new() { Type = "order", Id = "4711" };

    [Fact]
    public void What_a_role_holds_is_allowed_and_what_it_is_by_is_said()
    {
        var decision = Decide(Shop.Full(), Subject("alice"), Shop.Read);
        Assert.True(decision.Allowed);
        Assert.Empty(decision.Reasons);
        var link = Assert.Single(decision.Links);
        Assert.Equal(new AuditRole { Role = "lead" }, link.Role);
        Assert.Equal("support", link.Holder);
        Assert.Equal([new AuditRole { Role = "lead" }], decision.Roles);
        Assert.Empty(decision.Grants);
        Assert.Equal("allowed", decision.ToString());
    }

    [Theory]
    [InlineData("nobody", Shop.Read, DenialCode.NotGranted, "No role of 'nobody' holds 'orders.read'.")]
    [InlineData("bob", Shop.Refund, DenialCode.NotGranted, "No role of 'bob' holds 'orders.refund'.")]
    [InlineData("alice", Shop.Purge, DenialCode.Elevated, "'orders.purge' is elevated, and 'alice' has no grant for it.")]
    [InlineData("alice", "orders.burn", DenialCode.UnknownPermission, "'orders.burn' is no permission of 'shop', policy version 3.")]
    [InlineData("alice", "*", DenialCode.UnknownPermission, "'*' is no permission of 'shop', policy version 3.")]
    [InlineData("alice", "Orders.read", DenialCode.UnknownPermission, "'Orders.read' is no permission of 'shop', policy version 3.")]
    [InlineData("Alice", Shop.Read, DenialCode.NotGranted, "No role of 'Alice' holds 'orders.read'.")]
    public void Everything_else_is_denied_with_a_reason(string id, string permission, string code, string text)
    {
        var decision = Decide(Shop.Full(), Subject(id), permission);
        Assert.False(decision.Allowed);
        Assert.Equal(new DenialReason(code, text), Assert.Single(decision.Reasons));
        Assert.Equal("denied: " + text, decision.ToString());
    }

    [Fact]
    public void A_permission_of_the_same_name_at_another_issuer_is_another_subjects() =>
        Assert.False(Decide(Shop.Full(), new AccessSubject(new AuditSubject { Issuer = "https://idp.example", Id = "alice" }), Shop.Read).Allowed);

    [Fact]
    public void A_role_without_definition_in_the_catalogue_gives_nothing()
    {
        var policy = Shop.Full().Role("r", role => role.Allow("orders.burn")).Assign("eve", "r");
        Assert.Equal(DenialCode.UnknownPermission, Code(Decide(policy, Subject("eve"), "orders.burn")));
    }

    [Fact]
    public void A_standing_role_never_gives_what_is_elevated()
    {
        var policy = Shop.Full().Role("r", role => role.Allow(Shop.Purge).Allow(Shop.Purge, ("order", "4711"))).Assign("eve", "r");
        Assert.Equal(DenialCode.Elevated, Code(Decide(policy, Subject("eve"), Shop.Purge, Order)));
        var compiled = new CompiledPolicy(policy.Build());
        Assert.False(compiled.Resolve(Subject("eve")).Holds(compiled.IndexOf(Shop.Purge), "order", "4711"));
    }

    [Fact]
    public void An_eligible_role_gives_nothing_and_neither_does_what_it_includes()
    {
        var policy = Shop.Full().Role("e", role => role.Eligible().Includes("lead").Allow(Shop.Read)).Assign("eve", "e");
        var decision = Decide(policy, Subject("eve"), Shop.Read);
        Assert.Equal(DenialCode.NotGranted, Code(decision));
        Assert.Equal([new AuditRole { Role = "e" }], decision.Roles);
    }

    [Theory]
    [InlineData("order", "4711", "order", "4711", true)]
    [InlineData("order", "4711", "order", "4712", false)]
    [InlineData("order", "4711", "order", null, false)]
    [InlineData("order", "4711", "Order", "4711", false)]
    [InlineData("order", "4711", null, null, false)]
    [InlineData("order", null, "order", "4711", true)]
    [InlineData("order", null, "order", null, true)]
    [InlineData("order", null, "orders", "4711", false)]
    [InlineData("order", null, null, null, false)]
    public void A_scope_must_match_exactly(string type, string? id, string? resourceType, string? resourceId, bool allowed)
    {
        var resource = resourceType is null ? null : new AuditResource { Type = resourceType, Id = resourceId };
        var policy = Shop.Full().Role("r", role => role.Allow(Shop.Refund, (type, id))).Assign("eve", "r");
        var decision = Decide(policy, Subject("eve"), Shop.Refund, resource);
        Assert.Equal(allowed, decision.Allowed);
        Assert.Equal(allowed ? new AuditResource { Type = type, Id = id } : null, decision.Links[0].Scope);
        Assert.Equal(allowed ? null : DenialCode.OtherResource, decision.Links[0].Reason?.Code);

        var grant = Grant("eve", Shop.Purge, resource: new AuditResource { Type = type, Id = id });
        decision = Decide(Shop.Full(), Subject("eve"), Shop.Purge, resource, grant);
        Assert.Equal(allowed, decision.Allowed);
        Assert.Equal(allowed ? null : DenialCode.OtherResource, decision.Links[0].Reason?.Code);
    }

    [Theory]
    [InlineData(-1, 0, DenialCode.GrantEnded)]
    [InlineData(-2, -1, DenialCode.GrantEnded)]
    [InlineData(0, 1, null)]
    [InlineData(-1, 1, null)]
    [InlineData(1, 2, DenialCode.GrantNotStarted)]
    [InlineData(0, 0, DenialCode.GrantEnded)]
    [InlineData(1, -1, DenialCode.GrantEnded)]
    public void A_grant_holds_from_its_start_until_just_before_its_end(int start, int end, string? code)
    {
        var decision = Decide(Shop.Full(), Subject("alice"), Shop.Purge, null, Grant("alice", Shop.Purge, start, end));
        Assert.Equal(code, decision.Links[0].Reason?.Code);
        Assert.Equal(code is null, decision.Allowed);
    }

    [Fact]
    public void Half_open_means_to_the_tick()
    {
        var grant = new AccessGrant(9, new AuditSubject { Id = "alice" }, [Shop.Purge], null, Now, Now.AddMinutes(30));
        bool At(DateTimeOffset now) => AccessDecider.Decide(Shop.Full().Build(), [grant], new AccessQuery(Subject("alice"), Shop.Purge), now).Allowed;
        Assert.False(At(grant.Start.AddTicks(-1)));
        Assert.True(At(grant.Start));
        Assert.True(At(grant.End.AddTicks(-1).ToOffset(TimeSpan.FromHours(5))));
        Assert.False(At(grant.End));
    }

    [Fact]
    public void A_grant_is_for_its_subject_and_its_permissions_only()
    {
        var grant = Grant("alice", Shop.Purge);
        Assert.True(Decide(Shop.Full(), Subject("alice"), Shop.Purge, null, grant).Allowed);
        Assert.Equal(DenialCode.Elevated, Code(Decide(Shop.Full(), Subject("bob"), Shop.Purge, null, grant)));
        Assert.Equal(DenialCode.Elevated, Code(Decide(Shop.Full(), new AccessSubject(new AuditSubject { Issuer = "i", Id = "alice" }), Shop.Purge, null, grant)));
        Assert.Equal(DenialCode.NotGranted, Code(Decide(Shop.Full(), Subject("eve"), Shop.Refund, null, Grant("eve", Shop.Purge))));
        Assert.True(Decide(Shop.Full(), Subject("eve"), Shop.Refund, null, Grant("eve", Shop.Refund)).Allowed);
    }

    [Fact]
    public void Of_several_grants_the_one_that_lasts_longest_is_relied_on()
    {
        AccessGrant[] grants = [Grant("alice", Shop.Purge, -5, 1, index: 1), Grant("alice", Shop.Purge, -5, 9, index: 3), Grant("alice", Shop.Purge, -5, 9, index: 2), Grant("alice", Shop.Purge, 1, 20, index: 4)];
        Assert.Equal(2, Assert.Single(Decide(Shop.Full(), Subject("alice"), Shop.Purge, null, grants).Grants).Index);
    }

    [Fact]
    public void A_delegated_call_needs_the_permission_at_every_link()
    {
        var policy = Shop.Full().Role("job", role => role.Allow(Shop.Refund)).Assign("job", "job");
        Assert.True(Decide(policy, Subject("job").ActingFor(Subject("alice")), Shop.Refund).Allowed);
        var denied = Decide(policy, Subject("job").ActingFor(Subject("nobody")), Shop.Refund);
        Assert.Equal("No role of 'nobody' holds 'orders.refund'.", Assert.Single(denied.Reasons).Text);
        Assert.Equal([true, false], denied.Links.Select(link => link.Allowed));
        Assert.False(Decide(policy, Subject("nobody").ActingFor(Subject("alice")), Shop.Refund).Allowed);
        Assert.False(Decide(policy, Subject("job").ActingFor(Subject("alice").ActingFor(Subject("nobody"))), Shop.Refund).Allowed);
        Assert.Equal([new AuditRole { Role = "job" }], denied.Roles);
        var allowed = Decide(policy, Subject("job").ActingFor(Subject("alice").WithRoles(new AssertedRole("support", "idp"))), Shop.Refund);
        Assert.Equal(
            [new AuditRole { Role = "job" }, new AuditRole { Role = "lead", Link = 1 }, new AuditRole { Role = "support", Source = "idp", Link = 1 }],
            allowed.Roles);
    }

    [Fact]
    public void Each_link_may_rely_on_a_grant_of_its_own()
    {
        AccessGrant[] grants = [Grant("job", Shop.Purge, index: 5), Grant("alice", Shop.Purge, index: 6)];
        var subject = Subject("job").ActingFor(Subject("alice"));
        Assert.Equal([5, 6], Decide(Shop.Full(), subject, Shop.Purge, null, grants).Grants.Select(grant => grant.Index));
        Assert.False(Decide(Shop.Full(), subject, Shop.Purge, null, grants[0]).Allowed);
        Assert.False(Decide(Shop.Full(), subject, Shop.Purge, null, grants[1]).Allowed);
    }

    [Fact]
    public void Asserted_roles_count_where_the_policy_knows_them_and_are_told_apart()
    {
        var eve = new AccessSubject(new AuditSubject { Id = "eve" }, new("lead", "idp"), new("everyone@example", "idp"), new("lead", "idp"));
        var decision = Decide(Shop.Full(), eve, Shop.Refund);
        Assert.True(decision.Allowed);
        Assert.Equal([new AuditRole { Role = "lead", Source = "idp" }], decision.Roles);
        Assert.Equal(new AuditRole { Role = "lead", Source = "idp" }, decision.Links[0].Role);

        var alice = new AccessSubject(new AuditSubject { Id = "alice" }, new AssertedRole("lead", "store"), new AssertedRole("lead", "idp"));
        decision = Decide(Shop.Full(), alice, Shop.Refund);
        Assert.Equal([new AuditRole { Role = "lead" }, new AuditRole { Role = "lead", Source = "idp" }, new AuditRole { Role = "lead", Source = "store" }], decision.Roles);
        Assert.Equal(new AuditRole { Role = "lead" }, decision.Links[0].Role);
    }

    [Fact]
    public void Roles_that_must_be_apart_do_not_count_together()
    {
        var policy = Shop.Full().Role("desk", role => role.Allow("orders.pack")).Permission("orders.pack").SeparateDuties("support", "security");
        var alice = new AccessSubject(new AuditSubject { Id = "alice" }, new AssertedRole("security", "idp"), new AssertedRole("desk", "idp"));
        var decision = Decide(policy, alice, Shop.Refund);
        Assert.Equal(DenialCode.ConflictingDuties, Code(decision));
        Assert.Contains("'security', 'support'", decision.Reasons[0].Text, StringComparison.Ordinal);
        Assert.True(Decide(policy, alice, "orders.pack").Allowed);
        Assert.True(Decide(policy, Subject("alice"), Shop.Refund).Allowed);
    }

    [Fact]
    public void Roles_of_a_persons_other_account_count_for_what_must_be_apart()
    {
        var policy = Shop.Roles().SeparateDuties("lead", "security").Assign(new AuditSubject { Id = "root", Person = "p-1" }, "security");
        AccessSubject Eve(string person) => new(new AuditSubject { Id = "eve", Person = person }, new AssertedRole("lead", "idp"));
        Assert.Equal(DenialCode.ConflictingDuties, Code(Decide(policy, Eve("p-1"), Shop.Refund)));
        Assert.True(Decide(policy, Eve("p-2"), Shop.Refund).Allowed);
    }

    [Fact]
    public void A_text_from_outside_does_not_drive_a_terminal() =>
        Assert.DoesNotContain('\u001b', Decide(Shop.Full(), Subject("a\u001b[2J"), "x\u001b[2J").ToString());

    private static AccessSubject Subject(string id) => new(new AuditSubject { Id = id });

    private static AccessGrant Grant(string id, string permission, int start = 0, int end = 1, AuditResource? resource = null, long index = 7) =>
        new(index, new AuditSubject { Id = id }, [permission], resource, Now.AddHours(start), Now.AddHours(end));

    private static AccessDecision Decide(
        AccessPolicyBuilder policy, AccessSubject subject, string permission, AuditResource? resource = null, params AccessGrant[] grants) =>
        AccessDecider.Decide(policy.Build(), grants, new AccessQuery(subject, permission, resource), Now);

    private static string Code(AccessDecision decision) => Assert.Single(decision.Reasons).Code;
}
