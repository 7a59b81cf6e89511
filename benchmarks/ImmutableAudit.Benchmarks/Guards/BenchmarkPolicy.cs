using ImmutableAudit.Privilege;

namespace ImmutableAudit.Benchmarks.Guards;

/// <summary>A policy of some size, in which one subject has five roles; everybody in it holds what is called.</summary>
/// <param name="Roles">How many roles.</param>
/// <param name="Permissions">How many permissions, spread over the roles; of the subject's roles, every one holds its share.</param>
internal sealed record BenchmarkPolicy(int Roles, int Permissions)
{
    private const int RolesOfSubject = 5;

    public static BenchmarkPolicy Small { get; } = new(5, 10);

    public static BenchmarkPolicy Big { get; } = new(1_000, 10_000);

    public static AuditSubject Subject { get; } = new() { Issuer = "https://login.example", Id = "u-1842" };

    public string Size => FormattableString.Invariant($"{Roles:N0} roles and {Permissions:N0} permissions");

    public void Apply(AccessPolicyBuilder policy)
    {
        policy.Version(1);
        var permissions = Enumerable.Range(0, Permissions - 2).Select(i => $"area-{i}.read").ToList();
        permissions.ForEach(permission => policy.Permission(permission));
        for (var i = 0; i < Roles; i++)
        {
            var own = permissions.Where((_, number) => number % Roles == i);
            policy.Role($"role-{i}", role => role.Allow([Guards.Permissions.Read, Guards.Permissions.Refund, .. own]));
            if (i % (Roles / RolesOfSubject) == 0)
            {
                policy.Assign(Subject, $"role-{i}");
            }
        }
    }

    /// <summary>What the subject may, as a guard would know it.</summary>
    public SubjectPermissions Resolve()
    {
        var builder = new AccessPolicyBuilder().Application("benchmark")
            .Permission(Guards.Permissions.Read, auditLevel: AuditLevel.DenialsOnly)
            .Permission(Guards.Permissions.Refund);
        Apply(builder);
        return new CompiledPolicy(builder.Build()).Resolve(new AccessSubject(Subject));
    }
}
