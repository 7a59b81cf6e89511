using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verifier.Review;

namespace ImmutableAudit.EndToEnd.Tests.Verifier;

/// <summary>What is gathered from entries, and what comes of it.</summary>
public sealed class AccessReviewTests : IDisposable
{
    private readonly EntryLog _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Held_stands_against_used()
    {
        var policy = _log.Deploy(Shop(1));
        _log.Decide("alice@" + EntryLog.Idp, "orders.refund", policy, roles: "lead");
        _log.Decide("alice@" + EntryLog.Idp, "orders.refund", policy, roles: "lead");
        _log.Decide("bob", "orders.read", policy, roles: "support");
        _log.Decide("eve", "orders.read", policy, roles: "night-shift@ldap", allowed: true);

        var shop = Assert.Single(Review());

        Assert.Equal("alice: lead 1/2, bob: support 1/1, carol: asker 0/0 security 0/0, eve: night-shift@ldap 1/2", string.Join(", ", shop.Subjects.Select(subject =>
            $"{subject.Name.Id}: {string.Join(' ', subject.Roles.Select(role => $"{role.Held.Role.Name}{(role.Held.Source is { } source ? "@" + source : "")} {role.Used.Count}/{role.Used.Count + role.NeverUsed.Count}"))}")));
        Assert.Equal(["orders.read"], Subject(shop, "alice").Permissions.Where(permission => permission.IsNeverUsed).Select(permission => permission.Permission), StringComparer.Ordinal);
        Assert.Equal(
            "asker 1: /, lead 1: orders.refund/orders.read, night-shift 1: orders.read/orders.ship, security 1: /, support 1: orders.read/",
            string.Join(", ", shop.Roles.Select(role => $"{role.Role.Name} {role.Holders}: {string.Join(' ', role.Used)}/{string.Join(' ', role.NeverUsed)}")));
    }

    [Fact]
    public void A_role_gives_nobody_what_is_elevated_or_what_there_is_not()
    {
        _log.Deploy(Shop(1).Role("odd", role => role.Includes("asker").Allow("orders.purge", "orders.nowhere", "orders.read")).Assign("zed", "odd"));

        var zed = Subject(Assert.Single(Review()), "zed");

        Assert.Equal(["orders.read"], zed.Permissions.Where(permission => permission.IsStanding).Select(permission => permission.Permission), StringComparer.Ordinal);
        Assert.Equal(["orders.purge"], zed.Permissions.Where(permission => permission.IsOnDemand).Select(permission => permission.Permission), StringComparer.Ordinal);
    }

    [Fact]
    public void On_demand_is_what_one_may_ask_for_by_a_role_or_one_that_it_includes()
    {
        _log.Deploy(Shop(1).Role("chief", role => role.Eligible().Includes("asker")).Assign("dan", "chief"));

        var shop = Assert.Single(Review());

        foreach (var name in new[] { "carol", "dan" })
        {
            var permission = Assert.Single(Subject(shop, name).Permissions);
            Assert.Equal(("orders.purge", true, false, false), (permission.Permission, permission.IsOnDemand, permission.IsStanding, permission.IsNeverUsed));
        }

        Assert.DoesNotContain(Subject(shop, "alice").Permissions, permission => permission.IsOnDemand);
    }

    [Fact]
    public void Uses_are_counted_whoever_made_them_and_however_they_are_on_record()
    {
        var policy = _log.Deploy(Shop(1));
        _log.Decide("bob", "orders.read", policy);
        _log.Sum("bob", "orders.read", 40);
        _log.Sum("bob", "orders.read", 2, allowed: false, reason: "not-granted");
        _log.Decide("bob", "orders.read", policy, allowed: false, reason: "other-resource: It is held elsewhere.");
        _log.Decide("bob", "orders.read", policy, allowed: false, reason: "What the <user> typed: x");
        _log.Decide("job for bob", "orders.read", policy, roles: "support lead@ldap#1");
        _log.AddRaw("""{"time":"TIME","not":"an event"}""");

        var review = new AccessReview(null, null);
        var shop = Assert.Single(Review(review));

        var use = Subject(shop, "bob").Permissions[0].Use;
        Assert.Equal((41L, 1L, 40L, 4L), (use.Uses, use.ByDelegates, use.Counted, use.Denied));
        Assert.Equal("not-granted 2, other 1, other-resource 1", string.Join(", ", use.Denials.Select(denial => $"{denial.Key} {denial.Value}")));
        Assert.Equal((42L, 4L, 42L, 1L), (review.Allowed, review.Denied, review.Counted, review.Unreadable));
        Assert.Equal((TestLog.Time(1), TestLog.Time(6), 6L), (use.FirstUsed, use.LastUsed, use.LastEntry));
        Assert.Equal("support lead", string.Join(' ', Subject(shop, "bob").Roles.Select(role => role.Held.Role.Name)));
        Assert.Empty(Subject(shop, "job").Roles);
        Assert.Equal(1, Subject(shop, "job").Permissions[0].Use.Uses);
    }

    [Fact]
    public void The_smallest_role_covers_what_was_used_standing_and_nothing_else()
    {
        var policy = _log.Deploy(Shop(1).Role("all", role => role.Allow("orders.read").Allow("orders.refund").Allow("orders.ship")).Assign("zoe", "all"));
        _log.Decide("zoe", "orders.read", policy, type: "order");
        _log.Decide("zoe", "orders.read", policy, type: "order");
        _log.Decide("zoe", "orders.refund", policy, type: "order");
        _log.Decide("zoe", "orders.refund", policy, type: "invoice");
        var grant = _log.Request("zoe", policy, "orders.purge");
        _log.Activate("zoe", grant, 5, 100);
        _log.Decide("zoe", "orders.purge", policy, grant: grant);
        _log.Sum("bob", "orders.read", 1);

        var shop = Assert.Single(Review());

        Assert.Equal([new NeededPermission("orders.read", "order"), new NeededPermission("orders.refund", null)], Subject(shop, "zoe").Needed);
        Assert.Equal("lead", Subject(shop, "zoe").Existing?.Name);
        Assert.Equal([new NeededPermission("orders.read", null)], Subject(shop, "bob").Needed);
        Assert.Equal("support", Subject(shop, "bob").Existing?.Name);
        Assert.Empty(Subject(shop, "alice").Needed);
        Assert.Null(Subject(shop, "alice").Existing);
    }

    [Fact]
    public void The_newest_policy_says_who_holds_what_and_what_was_used_before_shows_as_not_held()
    {
        var first = _log.Deploy(Shop(1));
        _log.Decide("bob", "orders.read", first);
        _log.Deploy(new AccessPolicyBuilder().Application("shop").Version(2).Permission("orders.read").Role("support", role => role.Allow("orders.read")), parts: 3);

        var shop = Assert.Single(Review());

        Assert.Equal(2, shop.Policy!.Version);
        var permission = Assert.Single(Assert.Single(shop.Subjects).Permissions);
        Assert.Equal((1L, false, false), (permission.Use.Uses, permission.IsStanding, permission.IsNeverUsed));
    }

    [Fact]
    public void A_policy_that_is_not_what_its_digest_names_says_nothing()
    {
        var policy = _log.Deploy(Shop(1), digest: "sha256:" + new string('0', 64));
        _log.Decide("bob", "orders.read", policy);
        var review = new AccessReview(null, null);

        var shop = Assert.Single(Review(review));

        Assert.Equal([policy], review.Policies.Unreadable);
        Assert.Null(shop.Policy!.Policy);
        Assert.Equal("bob", Assert.Single(shop.Subjects).Name.Id);
        Assert.Contains(ReviewLimits.Of(review), limit => limit.Contains($"could not be read in entries {policy}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_policy_whose_parts_are_not_directly_before_it_says_nothing()
    {
        _log.Add("policy.part", "shop", new() { ["details"] = new System.Text.Json.Nodes.JsonObject { ["part"] = 0, ["of"] = 1, ["text"] = "{" } });
        _log.Add("event", "shop");
        _log.Deploy(Shop(1));

        Assert.NotNull(Assert.Single(Review()).Policy!.Policy);
    }

    [Fact]
    public void Outside_of_the_period_nothing_counts_but_policies_and_grants_from_before()
    {
        var first = _log.Deploy(Shop(1));
        _log.Decide("bob", "orders.read", first);
        var grant = _log.Request("carol", first, "orders.purge");
        _log.Activate("carol", grant, 3, 900);
        _log.Decide("carol", "orders.purge", first, grant: grant);
        _log.Decide("bob", "orders.read", first);
        _log.Deploy(Shop(2));
        var review = new AccessReview(TestLog.Time(4), TestLog.Time(5));

        var shop = Assert.Single(Review(review));

        Assert.Equal((2L, 1, 1L), (review.Entries, (int)shop.Policy!.Version, Subject(shop, "bob").Permissions[0].Use.Uses));
        var purge = Subject(shop, "carol").Permissions[0].Use;
        Assert.Equal((1L, 1L, 1L, 0L), (purge.Uses, purge.UnderGrant, purge.Grants, purge.Requested));
        Assert.Equal(TimeSpan.FromSeconds(2), purge.Granted);
        Assert.DoesNotContain(Review(new AccessReview(TestLog.Time(900), null))[0].Subjects.SelectMany(subject => subject.Permissions), permission => permission.Use.Uses > 0);
    }

    [Fact]
    public void Grants_are_as_long_as_they_lasted()
    {
        var policy = _log.Deploy(Shop(1));
        long Granted(string actor, int seconds)
        {
            var id = _log.Request(actor, policy, "orders.purge");
            _log.Follow("approved", "sam", id);
            _log.Activate(actor, id, (int)id + 2, (int)id + 2 + seconds);
            return id;
        }

        var revoked = Granted("carol", 500);
        _log.Decide("carol", "orders.purge", policy, grant: revoked);
        _log.Follow("revoked", "sam", revoked);
        var expired = Granted("carol", 30);
        _log.Follow("expired", "privilege@immutableaudit", expired);
        _log.Follow("denied", "sam", _log.Request("carol", policy, "orders.purge"));
        var open = Granted("dan", 100);
        _log.Add("event", "x", second: 60);
        var review = new AccessReview(null, null);

        var shop = Assert.Single(Review(review));

        Assert.Equal($"{open} 46 , {revoked} 2 grant.revoked, {expired} 1 grant.expired", string.Join(", ", review.Longest.Select(grant => $"{grant.Id} {grant.Length.TotalSeconds} {grant.EndedBy}")));
        var carol = Subject(shop, "carol").Permissions.Single(permission => permission.Permission == "orders.purge").Use;
        Assert.Equal((3L, 2L, 1L, 1L), (carol.Requested, carol.Grants, carol.UnusedGrants, carol.UnderGrant));
        Assert.Equal((3L, 1L, 4L), (review.Grants.Counts["grant.approved"], review.Grants.Counts["grant.denied"], review.Grants.Counts["grant.requested"]));
    }

    [Fact]
    public void No_more_than_some_of_the_longest_grants_are_kept()
    {
        var policy = _log.Deploy(Shop(1));
        for (var i = 0; i < 30; i++)
        {
            _log.BreakGlass("carol", policy, 0, 100 + (i * 7 % 30), "fire", "orders.purge");
        }

        _log.Add("event", "x", second: 1000);
        var review = new AccessReview(null, null);
        Review(review);

        Assert.Equal(Enumerable.Range(0, AccessReview.MostGrants).Select(i => 129 - i), review.Longest.Select(grant => (int)grant.Length.TotalSeconds));
    }

    [Fact]
    public void A_break_glass_is_reviewed_or_it_is_not()
    {
        var policy = _log.Deploy(Shop(1));
        var first = _log.BreakGlass("carol", policy, 1, 100, "fire", "orders.purge");
        _log.Follow("expired", "privilege@immutableaudit", first);
        _log.Follow("reviewed", "sam", first, new() { ["justified"] = false });
        _log.Follow("reviewed", "tim", first, new() { ["justified"] = true });
        var second = _log.BreakGlass("dan", policy, 5, 100, "flood", "orders.purge");
        _log.Follow("reviewed", "dan", second, new() { ["justified"] = true }); // Past a host, which would have refused it.
        var review = new AccessReview(null, null);

        var shop = Assert.Single(Review(review));

        Assert.Equal($"{first} sam False, {second}  ", string.Join(", ", review.Grants.BreakGlasses.Select(grant => $"{grant.Id} {grant.ReviewedBy?.Id} {grant.Justified}")));
        Assert.Equal((0L, 1L, 1L), (Subject(shop, "dan").Permissions[0].Use.Requested, Subject(shop, "dan").Permissions[0].Use.Grants, Subject(shop, "dan").Permissions[0].Use.BreakGlasses));
    }

    [Fact]
    public void Roles_that_may_not_be_held_together_count_for_nothing()
    {
        var policy = _log.Deploy(Shop(1).SeparateDuties("support", "night-shift"));
        _log.Decide("bob", "orders.read", policy, roles: "support night-shift@ldap");

        var bob = Subject(Assert.Single(Review()), "bob");

        Assert.All(bob.Roles, role => Assert.True(role.Held.IsVoid));
        Assert.False(Assert.Single(bob.Permissions).IsStanding);
    }

    [Fact]
    public void What_is_held_on_some_resources_only_says_so()
    {
        _log.Deploy(new AccessPolicyBuilder().Application("shop").Version(1).Permission("orders.read").Permission("orders.ship")
            .Role("some", role => role.Allow("orders.read", ("order", "4711")).Allow("orders.ship").Allow("orders.ship", ("order", null))).Assign("bob", "some"));

        var bob = Subject(Assert.Single(Review()), "bob");

        Assert.Equal([new AuditResource { Type = "order", Id = "4711" }], bob.Permissions[0].Scopes);
        Assert.Empty(bob.Permissions[1].Scopes);
    }

    [Fact]
    public void Several_applications_are_told_apart()
    {
        var shop = _log.Deploy(Shop(1));
        var mail = _log.Deploy(new AccessPolicyBuilder().Application("mail").Version(1).Permission("mail.send").Permission("orders.read"));
        _log.Decide("bob", "orders.read", shop);
        _log.Decide("bob", "orders.read", mail);
        _log.Sum("bob", "mail.send", 7);
        _log.Sum("bob", "orders.read", 9);

        var applications = Review();

        Assert.Equal("mail: mail.send 7 orders.read 1; shop: orders.read 1; : orders.read 9", string.Join("; ", applications.Select(application =>
            $"{application.Application}: {string.Join(' ', application.Subjects.SelectMany(subject => subject.Permissions).Where(permission => permission.Use.Uses > 0).Select(permission => $"{permission.Permission} {permission.Use.Uses}"))}")));
    }

    [Fact]
    public void A_run_that_is_on_record_says_whose_counts_they_are()
    {
        var shop = _log.Deploy(Shop(1));
        _log.Deploy(new AccessPolicyBuilder().Application("mail").Version(1).Permission("orders.read"));
        _log.Add("log.opened", "log", new() { ["session"] = "s1" });
        _log.Decide("bob", "orders.read", shop);
        _log.Sum("bob", "orders.read", 9);
        _log.Add("log.closed", "log", new() { ["session"] = "s1" });
        _log.Add("log.opened", "log", new() { ["session"] = "s2" });
        var review = new AccessReview(null, null);

        var applications = Review(review);

        Assert.Equal(10, Subject(applications.Single(application => application.Application == "shop"), "bob").Permissions[0].Use.Uses);
        Assert.Equal((2L, 1L), (review.Sessions.Opened, review.Sessions.NotClosed));
    }

    private static AccessPolicyBuilder Shop(int version) => new AccessPolicyBuilder().Application("shop").Version(version)
        .Permission("orders.read").Permission("orders.refund").Permission("orders.ship").Permission("orders.purge", elevated: true)
        .Role("support", role => role.Allow("orders.read"))
        .Role("lead", role => role.Includes("support").Allow("orders.refund"))
        .Role("night-shift", role => role.Allow("orders.read").Allow("orders.ship"))
        .Role("asker", role => role.Eligible().Allow("orders.ship"))
        .Role("security", role => role.ApprovesElevation())
        .Elevation("orders.purge", rule => rule.RequestableBy("asker").ApprovedBy("security", 1).MaxDuration(TimeSpan.FromMinutes(10)))
        .Assign(new AuditSubject { Issuer = EntryLog.Idp, Id = "alice" }, "lead")
        .Assign("bob", "support")
        .Assign("carol", "asker")
        .Assign("carol", "security");

    private IReadOnlyList<ApplicationReview> Review(AccessReview? review = null)
    {
        review ??= new AccessReview(null, null);
        _log.Show(review);
        review.End();
        return ApplicationReview.Of(review);
    }

    private static SubjectReview Subject(ApplicationReview application, string id) => application.Subjects.Single(subject => subject.Name.Id == id);
}
