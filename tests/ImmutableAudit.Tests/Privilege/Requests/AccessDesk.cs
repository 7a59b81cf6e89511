using ImmutableAudit.Privilege;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Testing;
using ImmutableAudit.Tests.Privilege.Guards;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Requests;

/// <summary>A shop with a policy that says how its elevated permission can be asked for, a clock that tests move, and the desk where it is asked for.</summary>
internal sealed class AccessDesk : IAsyncDisposable
{
    private readonly GuardedShop _shop;
    private readonly TestLogs _logs;
    private readonly InMemoryStore _store;
    private readonly bool _ownsLogs;

    private AccessDesk(GuardedShop shop, TestClock clock, TestLogs logs, InMemoryStore store, bool ownsLogs)
    {
        _shop = shop;
        _logs = logs;
        _store = store;
        _ownsLogs = ownsLogs;
        Clock = clock;
        Requests = new AccessRequests(shop.Guard);
    }

    public TestClock Clock { get; }

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
        Action<AccessPolicyBuilder>? policy = null, InMemoryStore? store = null, TestClock? clock = null, LeastPrivilegeOptions? options = null, TestLogs? logs = null)
    {
        clock ??= new TestClock();
        store ??= new InMemoryStore();
        var own = logs ?? new TestLogs();
        var shop = await GuardedShop.OnAsync(await own.OpenInMemoryAsync(store, log => log.TimeProvider = clock), policy ?? Policy(), options);
        return new AccessDesk(shop, clock, own, store, ownsLogs: logs is null);
    }

    /// <summary>Another host on the same log, by the same clock. Disposed first.</summary>
    public Task<AccessDesk> BesideAsync(Action<AccessPolicyBuilder>? policy = null) => OpenAsync(policy, _store, Clock, logs: _logs);

    public static ElevationRequest Purging(int minutes = 10, string? reason = "cleaning up", string? key = null) =>
        new() { Permissions = [Permissions.Purge], Duration = TimeSpan.FromMinutes(minutes), Reason = reason, Key = key };

    /// <summary>The same policy, whose next version takes a grant, of which one of security approves.</summary>
    public static Action<AccessPolicyBuilder> PolicyUnderGrant(int version, Action<AccessPolicyBuilder>? more = null) => Policy(
        more: policy =>
        {
            policy.DeployUnderGrant().Elevation(AuditPermissions.DeployPolicy, rule => rule
                .RequestableBy("lead").ApprovedBy("security").MaxDuration(TimeSpan.FromHours(1)));
            more?.Invoke(policy);
        },
        version: version);

    /// <summary>What takes a policy that waits into force, by what the record says of it.</summary>
    public static ElevationRequest Deploying(AuditEntry rejected) => new()
    {
        Permissions = [AuditPermissions.DeployPolicy],
        Duration = TimeSpan.FromHours(1),
        Resource = new AuditResource
        {
            Type = "policy",
            Id = rejected.Event.Reason!.Split(' ').Single(word => word.StartsWith("sha256:", StringComparison.Ordinal)).TrimEnd(','),
        },
    };

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

    /// <summary>Waits until what ended by itself is on record, while time passes slowly.</summary>
    public async Task ToldAsync(long request, string type)
    {
        using var limit = new CancellationTokenSource(Waiting.Limit);
        while (!(await _shop.EntriesAsync(type)).Exists(entry => entry.Event.Grant == request))
        {
            Clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Delay(1, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _shop.DisposeAsync();
        if (_ownsLogs)
        {
            _logs.Dispose();
        }
    }
}
