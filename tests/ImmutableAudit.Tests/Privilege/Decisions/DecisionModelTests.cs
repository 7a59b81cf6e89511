using FsCheck.Fluent;
using ImmutableAudit.Events;
using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Events;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Decisions;

/// <summary>Over random policies, subjects, grants and moments: the answers are those of <see cref="NaiveModel"/>.</summary>
public sealed class DecisionModelTests
{
    [Fact]
    public void Decisions_are_those_of_the_rules() => ForAll(1000, world =>
    {
        var naive = new NaiveModel(world.Policy);
        for (var i = 0; i < 20; i++)
        {
            var (query, now) = (world.Query(), world.Now());
            var decision = AccessDecider.Decide(world.Policy, world.Grants, query, now);
            Assert.Equal(naive.MayChain(world.Grants, query, now), decision.Allowed);
        }
    });

    [Fact]
    public void What_determined_a_decision_would_determine_it_again() => ForAll(200, world =>
    {
        var naive = new NaiveModel(world.Policy);
        for (var i = 0; i < 10; i++)
        {
            var (query, now) = (world.Query(), world.Now());
            var decision = AccessDecider.Decide(world.Policy, world.Grants, query, now);
            Assert.Equal(decision.Allowed, decision.Links.All(link => link.Allowed));
            Assert.Equal(decision.Allowed, decision.Reasons.Count == 0);
            var subject = query.Subject;
            foreach (var link in decision.Links)
            {
                Assert.Equal(subject!.Identity, link.Subject);
                Assert.Equal(naive.Held(subject).ToHashSet(StringComparer.Ordinal), link.Roles.Select(role => role.Role).ToHashSet(StringComparer.Ordinal));
                CheckDeterminant(naive, world, link, subject, query, now);
                subject = subject.OnBehalfOf;
            }

            Assert.Null(subject);
        }
    });

    [Fact]
    public void What_is_on_record_gives_the_decision_again() => ForAll(200, world =>
    {
        for (var i = 0; i < 10; i++)
        {
            var (query, now) = (world.Query(), world.Now());
            var decision = AccessDecider.Decide(world.Policy, world.Grants, query, now);
            var entry = AuditEntry.Decode(7, Samples.EncodeOwn(Samples.Minimal with
            {
                Type = "access.allowed",
                Actor = query.Subject.Identity,
                Privilege = new PrivilegeMembers { Roles = decision.Roles },
            }));
            var subject = AccessSubject.Recorded(entry.Event.Actor, entry.Roles);
            var again = AccessDecider.Decide(world.Policy, world.Grants, query with { Subject = subject }, now);
            Assert.Equal(query.Subject.Identity, subject.Identity);
            Assert.Equal(decision.Reasons, again.Reasons);
            Assert.Equal(decision.Grants, again.Grants);
            Assert.Equal(decision.Roles, again.Roles);
            Assert.Equal(
                decision.Links.Select(link => (link.Subject, link.Role, link.Holder, link.Scope, link.Grant, link.Reason)),
                again.Links.Select(link => (link.Subject, link.Role, link.Holder, link.Scope, link.Grant, link.Reason)));
        }
    });

    [Fact]
    public void Compiled_permissions_are_those_of_the_roles() => ForAll(200, world =>
    {
        var naive = new NaiveModel(world.Policy);
        var compiled = new CompiledPolicy(world.Policy);
        var elsewhere = new AuditResource { Type = "elsewhere", Id = "1" };
        for (var i = 0; i < 3; i++)
        {
            var subject = world.Subject();
            var permissions = compiled.Resolve(subject);
            foreach (var (index, permission) in world.Policy.Catalogue.Index())
            {
                bool ByRole(AuditResource? resource) => naive.MayChain([], new AccessQuery(subject, permission.Permission, resource), default);
                Assert.Equal(ByRole(null), permissions.Holds(index));
                Assert.Equal(ByRole(elsewhere), permissions.Holds(index));
                Assert.All(RandomWorld.Resources, resource => Assert.Equal(ByRole(resource), permissions.Holds(index, resource?.Type, resource?.Id)));
            }

            Assert.False(permissions.Holds(-1));
            Assert.False(permissions.Holds(world.Policy.Catalogue.Count, "order", "1"));
        }
    });

    private static void CheckDeterminant(
        NaiveModel naive, RandomWorld world, LinkDecision link, AccessSubject subject, AccessQuery query, DateTimeOffset now)
    {
        Assert.Equal(naive.May(world.Grants, subject, query.Permission, query.Resource, now), link.Allowed);
        if (link.Role is { } role)
        {
            Assert.Contains(role, link.Roles);
            Assert.True(naive.Holds(role.Role, query.Permission, query.Resource));
            Assert.True(world.Policy.TryGetRole(link.Holder!, out var holder));
            Assert.Contains(new RolePermission(query.Permission, link.Scope), holder.Permissions);
            Assert.Null(link.Grant);
        }
        else if (link.Allowed)
        {
            Assert.True(NaiveModel.Live(link.Grant!, subject, query.Permission, query.Resource, now));
            Assert.Equal(link.Grant!.Resource, link.Scope);
        }
        else
        {
            Assert.Equal(!world.Policy.Catalogue.Contains(query.Permission), link.Reason!.Code == DenialCode.UnknownPermission);
            Assert.Null(link.Grant);
        }
    }

    private static void ForAll(int worlds, Action<RandomWorld> check) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => check(new RandomWorld(seed)))
            .CheckSeeded(cases: worlds);
}
