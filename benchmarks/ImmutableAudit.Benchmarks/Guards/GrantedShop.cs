using System.Globalization;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Benchmarks.Guards;

/// <summary>An application in which so many subjects have a live grant, each taken by breaking the glass; the first of them is who calls.</summary>
internal sealed class GrantedShop : IAsyncDisposable
{
    private readonly AccessGuard _guard;

    private GrantedShop(AccessGuard guard)
    {
        _guard = guard;
        Orders = guard.Guard<IBenchmarkOrders>(new BenchmarkOrders());
    }

    public IBenchmarkOrders Orders { get; }

    /// <summary>Who calls.</summary>
    public AccessSubject Subject { get; } = new(Holder(0));

    public static async Task<GrantedShop> OpenAsync(AuditLog log, string application, int grants)
    {
        var shop = new GrantedShop(await AccessGuard.OpenAsync(log, [GuardStage.Catalogue()], policy => Apply(policy.Application(application), grants)));
        await TakeAsync(shop._guard, 0, grants);
        return shop;
    }

    /// <summary>Everybody may break the glass, for a day.</summary>
    public static void Apply(AccessPolicyBuilder policy, int holders, int version = 1)
    {
        policy.Version(version)
            .Role("reader", role => role.Allow(Permissions.Read, Permissions.Refund))
            .Role("on-call", role => role.Eligible())
            .Role("security", role => role.ApprovesElevation().Allow(Permissions.Read))
            .Elevation(Permissions.Purge, rule => rule
                .RequestableBy("on-call").ApprovedBy("security").MaxDuration(TimeSpan.FromDays(1)).BreakGlass(TimeSpan.FromDays(1), "on-call"))
            .Assign("reviewer", "security");
        for (var i = 0; i < holders; i++)
        {
            policy.Assign(Holder(i), "on-call").Assign(Holder(i), "reader");
        }
    }

    /// <summary>Makes some of them take their grants.</summary>
    public static async Task TakeAsync(AccessGuard guard, int first, int count)
    {
        var requests = new AccessRequests(guard);
        for (var i = first; i < first + count; i++)
        {
            using var scope = SubjectScope.Enter(Holder(i));
            await requests.BreakGlassAsync(new ElevationRequest { Permissions = [Permissions.Purge], Duration = TimeSpan.FromDays(1), Reason = "measuring" });
        }
    }

    public ValueTask DisposeAsync() => _guard.DisposeAsync();

    private static AuditSubject Holder(int number) =>
        new() { Issuer = "https://login.example", Id = string.Create(CultureInfo.InvariantCulture, $"u-{number}") };
}
