using ImmutableAudit.Privilege;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Privilege.Guards;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Requests;

/// <summary>A shop with a policy that says how its elevated permission can be asked for, a clock that tests move, and the desk where it is asked for.</summary>
internal sealed class AccessDesk : IAsyncDisposable
{
    private readonly GuardedShop _shop;

    private AccessDesk(GuardedShop shop, ManualTimeProvider clock)
    {
        _shop = shop;
        Clock = clock;
        Requests = new AccessRequests(shop.Guard);
    }

    public ManualTimeProvider Clock { get; }

    public IAccessRequests Requests { get; }

    public GuardedShop Shop => _shop;

    public static AuditSubject Alice { get; } = new() { Id = "alice" };

    /// <summary>Leads ask for purging, two of security approve.</summary>
    public static Action<AccessPolicyBuilder> Policy(Action<ElevationRuleBuilder>? rule = null, Action<AccessPolicyBuilder>? more = null, int version = 1) => policy =>
    {
        policy
            .Application("shop")
            .Version(version)
            .Role("lead", role => role.Allow(Permissions.Read))
            .Role("security", role => role.ApprovesElevation().Allow(AuditPermissions.Read))
            .Elevation(Permissions.Purge, elevation =>
            {
                elevation.RequestableBy("lead").ApprovedBy("security", quorum: 2).MaxDuration(TimeSpan.FromMinutes(30));
                rule?.Invoke(elevation);
            })
            .Assign("alice", "lead").Assign("lena", "lead")
            .Assign("sam", "security").Assign("sue", "security").Assign("sid", "security")
            .Permission(AuditPermissions.Read);
        more?.Invoke(policy);
    };

    public static async Task<AccessDesk> OpenAsync(
        Action<AccessPolicyBuilder>? policy = null, InMemoryStore? store = null, ManualTimeProvider? clock = null, LeastPrivilegeOptions? options = null, TestLogs? logs = null)
    {
        clock ??= new ManualTimeProvider();
        var shop = await GuardedShop.OpenAsync(policy ?? Policy(), options, log => log.TimeProvider = clock, store, logs);
        return new AccessDesk(shop, clock);
    }

    public static ElevationRequest Purging(int minutes = 10, string? reason = "cleaning up", string? key = null) =>
        new() { Permissions = [Permissions.Purge], Duration = TimeSpan.FromMinutes(minutes), Reason = reason, Key = key };

    /// <summary>Somebody does something.</summary>
    public async Task<T> AsAsync<T>(string id, Func<IAccessRequests, ValueTask<T>> act)
    {
        using var scope = GuardedShop.As(id);
        return await act(Requests);
    }

    /// <summary>Somebody tries something that is refused.</summary>
    public async Task<AccessRequestException> RefusedAsync<T>(string id, Func<IAccessRequests, ValueTask<T>> act) =>
        await Assert.ThrowsAsync<AccessRequestException>(() => AsAsync(id, act));

    /// <summary>A grant for purging, approved by two and active.</summary>
    public async Task<AccessRequest> GrantAsync(string id = "alice", int minutes = 10)
    {
        var request = await AsAsync(id, desk => desk.RequestAsync(Purging(minutes)));
        await AsAsync("sam", desk => desk.ApproveAsync(request.Id));
        await AsAsync("sue", desk => desk.ApproveAsync(request.Id));
        return await AsAsync(id, desk => desk.ActivateAsync(request.Id));
    }

    public async Task PurgeAsync(string id)
    {
        using var scope = GuardedShop.As(id);
        await _shop.Orders.PurgeAsync(default);
    }

    /// <summary>Waits until what ended by itself is on record.</summary>
    public async Task ToldAsync(long request, string type)
    {
        await foreach (var entry in _shop.Log.FollowAsync())
        {
            if (entry.Event.Grant == request && entry.Type == type)
            {
                return;
            }
        }
    }

    public async ValueTask DisposeAsync() => await _shop.DisposeAsync();
}
