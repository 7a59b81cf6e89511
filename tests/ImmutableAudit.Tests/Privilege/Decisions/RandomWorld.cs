using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Decisions;

/// <summary>A policy, grants and queries of a small world, in which everything meets everything often.</summary>
internal sealed class RandomWorld
{
    public static readonly DateTimeOffset Epoch = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    private readonly Random _random;

    public RandomWorld(int seed)
    {
        _random = new Random(seed);
        Policy = Build().Build();
        Grants = [.. Some(6).Select((_, number) => Grant(number))];
    }

    public AccessPolicy Policy { get; }

    public IReadOnlyList<AccessGrant> Grants { get; }

    public static IEnumerable<string> Permissions => Enumerable.Range(0, 6).Select(number => $"p{number}.do");

    public static IEnumerable<AuditResource?> Resources =>
        [null, Order(null), Order("1"), Order("2"), new AuditResource { Type = "file", Id = "1" }, new AuditResource { Type = "file" }];

    public DateTimeOffset Now() => Epoch.AddSeconds(_random.Next(12));

    public AccessQuery Query() => new(Subject(), Permission(), Pick(Resources));

    public AccessSubject Subject()
    {
        var subject = new AccessSubject(Identity(), Some(3).Select(_ => new AssertedRole(RoleName(), Pick(["idp", "store"]))));
        return _random.Next(4) == 0 ? subject.ActingFor(Subject(3)) : subject;
    }

    private AccessSubject Subject(int depth) => depth > 0 && _random.Next(3) == 0
        ? new AccessSubject(Identity(), new AssertedRole(RoleName(), "idp")).ActingFor(Subject(depth - 1))
        : new AccessSubject(Identity(), Some(2).Select(_ => new AssertedRole(RoleName(), "idp")));

    private static AuditResource Order(string? id) => new() { Type = "order", Id = id };

    private AccessPolicyBuilder Build()
    {
        var builder = new AccessPolicyBuilder().Application("world").Version(1 + _random.Next(5));
        foreach (var permission in Permissions.Where(_ => _random.Next(6) > 0))
        {
            var elevated = _random.Next(4) == 0;
            builder.Permission(permission, elevated, elevated ? default : Pick([AuditLevel.DecisionAndOutcome, AuditLevel.Decision, AuditLevel.DenialsOnly]));
        }

        // A role includes only later ones, so that there is no cycle; the last is not always defined.
        for (var i = 0; i < 7; i++)
        {
            builder.Role($"r{i}", role => Fill(role, i));
        }

        foreach (var _ in Some(8))
        {
            var identity = Identity();
            builder.Assign(identity with { Person = Person(identity) }, RoleName());
        }

        foreach (var _ in Some(2))
        {
            builder.SeparateDuties(["r1", RoleName(), "r5"]);
        }

        foreach (var permission in Permissions.Where(_ => _random.Next(3) == 0))
        {
            builder.Elevation(permission, rule => rule.RequestableBy(RoleName()).ApprovedBy(RoleName(), _random.Next(4)).MaxDuration(TimeSpan.FromSeconds(1 + _random.Next(5000))));
        }

        return builder;
    }

    private void Fill(RoleBuilder role, int number)
    {
        role.Includes(Some(2).Select(_ => $"r{number + 1 + _random.Next(8 - number)}"));
        role.Allow(Some(3).Select(_ => Permission()));
        foreach (var _ in Some(2))
        {
            role.Allow(Permission(), Pick(Resources)! ?? Order("3"));
        }

        if (_random.Next(4) == 0)
        {
            role.Eligible();
        }

        if (_random.Next(4) == 0)
        {
            role.ApprovesElevation();
        }
    }

    private AccessGrant Grant(int number)
    {
        var start = Epoch.AddSeconds(_random.Next(8));
        return new AccessGrant(100 + number, Identity(), Some(3).Select(_ => Permission()).Append(Permission()), Pick(Resources), start, start.AddSeconds(_random.Next(6)));
    }

    private AuditSubject Identity()
    {
        var identity = new AuditSubject { Issuer = Pick([null, "idp"]), Id = Pick(["alice", "bob", "carol"]) };
        return _random.Next(3) == 0 ? identity with { Person = Person(identity) } : identity;
    }

    /// <summary>The two accounts of alice are one human's.</summary>
    private static string? Person(AuditSubject identity) => identity.Id == "alice" ? "p-alice" : identity.Issuer is null ? null : "p-" + identity.Id;

    private string Permission() => Pick(Permissions.Append("p0.undo"));

    private string RoleName() => $"r{_random.Next(8)}";

    private List<int> Some(int most) => [.. Enumerable.Range(0, _random.Next(most + 1))];

    private T Pick<T>(IEnumerable<T> from)
    {
        var all = from.ToList();
        return all[_random.Next(all.Count)];
    }
}
