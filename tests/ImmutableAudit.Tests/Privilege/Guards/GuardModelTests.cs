using FsCheck.Fluent;
using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Privilege.Decisions;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>Random policies and calls: the implementation is touched exactly when <see cref="NaiveModel"/> allows it, and the log says the same.</summary>
public sealed class GuardModelTests
{
    private const int CallsEach = 30;

    private static readonly string[] Standing = [Permissions.Read, Permissions.Refund, Permissions.Note, Permissions.List, Permissions.Count];
    private static readonly string[] Names = ["alice", "bob", "carol"];

    [Fact]
    public void Guards_do_what_the_rules_say() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => RunAsync(new Random(seed)).GetAwaiter().GetResult()).CheckSeeded(cases: 40);

    private static async Task RunAsync(Random random)
    {
        var steps = Steps(random);
        void Say(AccessPolicyBuilder builder) => steps.ForEach(step => step(builder));
        await using var shop = await GuardedShop.OpenAsync(Say, new() { RolesFromIdentityProvider = true, DenialsRecordedEach = 1000 });
        var model = new NaiveModel(PolicyOf(Say));
        var expected = new List<(string Type, string Actor, string Permission)>();
        var reads = new Dictionary<AuditSubject, long>();
        for (var i = 0; i < CallsEach; i++)
        {
            var subject = Subject(random, 3);
            var (permission, resource, call) = Call(random, shop);
            var isAllowed = model.MayChain([], new AccessQuery(subject, permission, resource), default);
            var calls = shop.Inner.Calls;
            using (SubjectScope.Enter(subject))
            {
                var e = await Record.ExceptionAsync(call);
                Assert.Equal(isAllowed, e is null);
                Assert.True(isAllowed || e is AccessDeniedException, e?.ToString());
            }

            Assert.Equal(isAllowed ? 1 : 0, shop.Inner.Calls - calls);
            if (isAllowed && permission == Permissions.Read)
            {
                reads[subject.Identity] = reads.GetValueOrDefault(subject.Identity) + 1;
            }
            else
            {
                expected.Add((isAllowed ? "access.allowed" : "access.denied", subject.Identity.Id, permission));
            }
        }

        await shop.Guard.DisposeAsync();
        var entries = await shop.SettledAsync();
        Assert.Equal(expected, entries.Where(entry => entry.Type is "access.allowed" or "access.denied")
            .Select(entry => (entry.Type, entry.Event.Actor.Id, entry.Permission!)));
        var policy = PolicyOf(Say);
        foreach (var entry in entries.Where(entry => entry.Type is "access.allowed" or "access.denied"))
        {
            var query = new AccessQuery(AccessSubject.Recorded(entry.Event.Actor, entry.Roles), entry.Permission!, entry.Event.Resource);
            var again = AccessDecider.Decide(policy, [], query, entry.Time);
            Assert.Equal(entry.Type == "access.allowed", again.Allowed);
            Assert.Equal(entry.Roles, again.Roles);
            Assert.Equal(entry.Event.Reason, again.Allowed ? null : string.Join(" ", again.Reasons));
        }

        Assert.Equal(
            reads.OrderBy(read => read.Key.ToString(), StringComparer.Ordinal),
            entries.Where(entry => entry.Type == "access.summary")
                .Select(entry => KeyValuePair.Create(entry.Event.Actor, entry.Event.Details!.Root.GetProperty("count").GetInt64()))
                .OrderBy(read => read.Key.ToString(), StringComparer.Ordinal));
        var owing = entries.Where(entry => entry.Type == "access.allowed" && entry.Permission != Permissions.Note).Select(entry => entry.Index);
        Assert.Equal(owing, entries.Where(entry => entry.Type == "access.outcome").Select(entry => entry.Event.Ref!.Index).Order());
    }

    private static (string Permission, AuditResource? Resource, Func<Task> Call) Call(Random random, GuardedShop shop)
    {
        var order = Pick(random, "1", "2", "3", null);
        var resource = new AuditResource { Type = "order", Id = order };
        return random.Next(8) switch
        {
            0 or 1 => (Permissions.Refund, resource, () => shop.Orders.RefundAsync(order!, 1, "c")),
            2 or 3 => (Permissions.Read, resource, () => shop.Orders.ReadAsync(order!)),
            4 => (Permissions.Note, null, () => shop.Orders.NoteAsync("n").AsTask()),
            5 => (Permissions.List, null, async () => Assert.Equal(3, await shop.Orders.ListAsync(3).CountAsync())),
            6 => (Permissions.Count, null, () => Task.Run(() => shop.Orders.Count())),
            _ => (Permissions.Purge, null, () => shop.Orders.PurgeAsync(default)),
        };
    }

    private static List<Action<AccessPolicyBuilder>> Steps(Random random)
    {
        var steps = new List<Action<AccessPolicyBuilder>> { builder => builder.Application("shop").Version(1) };
        const int Roles = 5;
        for (var i = 0; i < Roles; i++)
        {
            var name = $"r{i}";

            // Only later ones, so that there is no cycle.
            var included = Enumerable.Range(i + 1, Roles - i - 1).Where(_ => random.Next(4) == 0).Select(number => $"r{number}").ToList();
            var whole = Standing.Where(_ => random.Next(4) == 0).ToList();
            var scoped = Standing.Where(_ => random.Next(4) == 0).Select(permission => (permission, Id: Pick(random, "1", "2", null))).ToList();
            steps.Add(builder => builder.Role(name, role =>
            {
                role.Includes(included).Allow(whole);
                scoped.ForEach(held => role.Allow(held.permission, ("order", held.Id)));
            }));
        }

        foreach (var name in Names)
        {
            foreach (var role in Enumerable.Range(0, Roles).Where(_ => random.Next(3) == 0))
            {
                steps.Add(builder => builder.Assign(name, $"r{role}"));
            }
        }

        return steps;
    }

    private static AccessSubject Subject(Random random, int depth)
    {
        var identity = new AuditSubject { Id = Pick(random, Names)!, Issuer = random.Next(6) == 0 ? "elsewhere" : null };
        var subject = new AccessSubject(identity, random.Next(4) == 0 ? [new AssertedRole($"r{random.Next(7)}", "idp")] : []);
        return depth > 1 && random.Next(4) == 0 ? subject.ActingFor(Subject(random, depth - 1)) : subject;
    }

    private static AccessPolicy PolicyOf(Action<AccessPolicyBuilder> say)
    {
        var builder = new AccessPolicyBuilder().Catalogue(PermissionCatalogue.FromRules(
            GuardedShop.CatalogueOf(typeof(IOrders)).SelectMany(catalogue => catalogue.Guards).SelectMany(guard => guard.Rules)));
        say(builder);
        return builder.Build();
    }

    private static string? Pick(Random random, params string?[] from) => from[random.Next(from.Length)];
}
