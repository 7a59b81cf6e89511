#pragma warning disable IA1004, IA1018 // To go around guards is what these tests try.
using ImmutableAudit.Privilege;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>Guarded services in a container and a host (PRIVILEGE.md P12, P14, P15, P28).</summary>
public sealed class RegistrationTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly InMemoryStore _store = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData(ServiceLifetime.Singleton, false)]
    [InlineData(ServiceLifetime.Singleton, true)]
    [InlineData(ServiceLifetime.Scoped, false)]
    [InlineData(ServiceLifetime.Scoped, true)]
    [InlineData(ServiceLifetime.Transient, false)]
    [InlineData(ServiceLifetime.Transient, true)]
    public async Task What_is_guarded_lives_as_long_as_its_guard_and_is_disposed_once(ServiceLifetime lifetime, bool isAsync)
    {
        var made = new List<Orders>();
        var host = Build(services => services
            .AddGuarded<IOrders, Orders>(lifetime)
            .AddGuarded<IOrders, Orders>(lifetime, "by key")
            .AddGuarded<IOrders>(_ => Made(made), lifetime, "by factory")
            .AddGuarded(typeof(IShelf<>), typeof(Shelf<>), lifetime));
        await host.StartAsync();
        Shelf.Reset();
        await using (var scope = host.Services.CreateAsyncScope())
        using (GuardedShop.As("alice"))
        {
            var services = scope.ServiceProvider;
            IOrders[] all = [services.GetRequiredService<IOrders>(), services.GetRequiredKeyedService<IOrders>("by key"), services.GetRequiredKeyedService<IOrders>("by factory")];
            foreach (var orders in all)
            {
                Assert.IsNotType<Orders>(orders, exactMatch: false);
                await orders.RefundAsync("o", 1, "c");
                await Assert.ThrowsAsync<AccessDeniedException>(() => orders.PurgeAsync(default));
            }

            Assert.Equal(3, all.Distinct().Count());
            var shelf = services.GetRequiredService<IShelf<int>>();
            Assert.Equal(7, await shelf.TakeAsync(7));
            Assert.Equal(lifetime != ServiceLifetime.Transient, ReferenceEquals(shelf, services.GetRequiredService<IShelf<int>>()));
            Assert.Equal(lifetime != ServiceLifetime.Transient, ReferenceEquals(all[0], services.GetRequiredService<IOrders>()));
            using var another = host.Services.CreateScope();
            Assert.Equal(lifetime == ServiceLifetime.Singleton, ReferenceEquals(all[0], another.ServiceProvider.GetRequiredService<IOrders>()));
            Assert.Equal(1, Assert.Single(made).Calls);
        }

        Assert.Equal(lifetime == ServiceLifetime.Singleton ? 0 : 1, made[0].Disposals);
        if (isAsync)
        {
            await ((IAsyncDisposable)host).DisposeAsync();
        }
        else
        {
            host.Dispose();
        }

        Assert.All(made, orders => Assert.Equal(1, orders.Disposals));
        Assert.Equal(Shelf.Made, Shelf.Disposed);
    }

    [Fact]
    public async Task What_is_guarded_cannot_be_had_without_its_guard()
    {
        using var host = Build(services => services
            .AddGuarded<IOrders, Orders>(ServiceLifetime.Singleton)
            .AddGuarded<IOrders, Orders>(ServiceLifetime.Singleton, "by key")
            .AddGuarded(typeof(IShelf<>), typeof(Shelf<>), ServiceLifetime.Singleton));
        await host.StartAsync();
        var services = host.Services;
        Assert.Null(services.GetService<Orders>());
        Assert.Null(services.GetService<Shelf<int>>());
        Assert.Empty(services.GetServices<Orders>());
        Assert.Null(services.GetKeyedService<Orders>("by key"));
        Assert.Null(services.GetKeyedService<IOrders>("another key"));
        Assert.Empty(services.GetKeyedServices<Orders>(KeyedService.AnyKey));
        Assert.Empty(services.GetKeyedServices<Orders>("by key"));
        IOrders[] all = [.. services.GetServices<IOrders>(), .. services.GetKeyedServices<IOrders>(KeyedService.AnyKey), .. services.GetKeyedServices<IOrders>("by key")];
        Assert.Equal(3, all.Length);
        foreach (var orders in all)
        {
            await Assert.ThrowsAsync<AccessDeniedException>(() => orders.RefundAsync("o", 1, "c"));
        }

        await Assert.ThrowsAsync<AccessDeniedException>(() => Assert.Single(services.GetServices<IShelf<int>>()).TakeAsync(1));
    }

    public static TheoryData<string> RefusedNames => [.. Refused.Keys];

    private static readonly Dictionary<string, (Action<IServiceCollection> Register, string Message)> Refused = new(StringComparer.Ordinal)
    {
        ["implementation"] = (services => services.AddSingleton<Orders>().AddGuarded<IOrders, Orders>(), "is registered as"),
        ["implementation by key"] = (services => services.AddGuarded<IOrders, Orders>().AddKeyedSingleton<Orders>("k"), "is registered as"),
        ["implementation by any key"] = (services => services.AddGuarded<IOrders, Orders>().AddKeyedSingleton<Orders>(KeyedService.AnyKey), "is registered as"),
        ["implementation as another service"] = (services => services.AddGuarded<IOrders, Orders>().AddSingleton<IDisposable, Orders>(), "is registered as"),
        ["implementation as an object"] = (services => services.AddGuarded<IOrders, Orders>().AddSingleton<IDisposable>(new Orders()), "is registered as"),
        ["interface again, unguarded"] = (services => services.AddGuarded<IOrders, Orders>().AddScoped<IOrders>(_ => new Orders()), "besides its guard"),
        ["interface before, unguarded"] = (services => services.AddScoped<IOrders>(_ => new Orders()).AddGuarded<IOrders, Orders>(), "besides its guard"),
        ["interface by another key, unguarded"] = (services => services.AddGuarded<IOrders, Orders>().AddKeyedScoped<IOrders>("k", (_, _) => new Orders()), "besides its guard"),
        ["interface by any key, unguarded"] = (services => services.AddGuarded<IOrders, Orders>(serviceKey: "k").AddKeyedScoped<IOrders>(KeyedService.AnyKey, (_, _) => new Orders()), "besides its guard"),
        ["interface guarded twice"] = (services => services.AddGuarded<IOrders, Orders>().AddGuarded<IOrders>(_ => new Orders()), "besides its guard"),
        ["closed over open, unguarded"] = (services => services.AddGuarded(typeof(IShelf<>), typeof(Shelf<>)).AddScoped<IShelf<int>>(_ => new Shelf<int>()), "besides its guard"),
        ["closed implementation of an open one"] = (services => services.AddGuarded(typeof(IShelf<>), typeof(Shelf<>)).AddScoped<Shelf<int>>(), "is registered as"),
        ["open beside closed, unguarded"] = (services => services.AddGuarded<IShelf<int>, Shelf<int>>().AddScoped(typeof(IShelf<>), typeof(Shelf<>)), "besides its guard"),
        ["unbuildable"] = (services => services.AddGuarded<INeedy, Needy>(), "cannot be built"),
        ["unbuildable, open"] = (services => services.AddGuarded(typeof(IShelf<>), typeof(NeedyShelf<>)), "cannot be built"),
    };

    [Theory]
    [MemberData(nameof(RefusedNames))]
    public async Task A_host_does_not_start_where_a_guard_could_be_passed_by(string name)
    {
        using var host = Build(Refused[name].Register);
        var refused = await Assert.ThrowsAsync<AccessPolicyException>(() => host.StartAsync());
        Assert.Contains(Refused[name].Message, refused.Message, StringComparison.Ordinal);
        Assert.Empty(await StoredEntries.OfAsync(_store));
    }

    [Fact]
    public async Task What_stands_behind_an_open_guard_is_in_no_container()
    {
        using var host = Build(services => services.AddGuarded(typeof(IShelf<>), typeof(Shelf<>)));
        await host.StartAsync();
        using var scope = host.Services.CreateScope();
        Assert.Null(scope.ServiceProvider.GetService<GuardTarget<IShelf<int>>>());
        Assert.Null(scope.ServiceProvider.GetService<Shelf<int>>());
        Assert.Throws<InvalidOperationException>(() => ActivatorUtilities.CreateInstance<Reacher>(scope.ServiceProvider));
    }

    [Fact]
    public async Task Several_guarded_registrations_of_one_interface_may_stand_side_by_side()
    {
        using var host = Build(services => services
            .AddGuarded<IOrders, Orders>()
            .AddGuarded<IOrders, Orders>(serviceKey: "k")
            .AddGuarded(typeof(IShelf<>), typeof(Shelf<>))
            .AddGuarded<IShelf<string>, Shelf<string>>()
            .AddGuarded<ITwoWays, TwoWays>());
        await host.StartAsync();
        using var scope = host.Services.CreateScope();
        using (GuardedShop.As("alice"))
        {
            Assert.Equal("s", await scope.ServiceProvider.GetRequiredService<IShelf<string>>().TakeAsync("s"));
            Assert.Equal(1, scope.ServiceProvider.GetRequiredService<ITwoWays>().Way());
        }
    }

    [Fact]
    public async Task A_policy_with_errors_keeps_a_host_from_starting()
    {
        using var host = Build(_ => { }, policy => policy.Version(1).Role("r", role => role.Allow("no.such")).Assign("alice", "r"));
        await Assert.ThrowsAsync<AccessPolicyException>(() => host.StartAsync());
        Assert.DoesNotContain(await StoredEntries.OfAsync(_store), entry => entry.Type == "policy.deployed");
    }

    [Fact]
    public async Task Another_policy_of_the_same_version_keeps_a_host_from_starting()
    {
        using (var host = Build(services => services.AddGuarded<IOrders, Orders>()))
        {
            await host.StartAsync();
        }

        using var again = Build(services => services.AddGuarded<IOrders, Orders>(), policy => Said(policy.Assign("bob", "clerk")));
        await Assert.ThrowsAsync<PolicyConflictException>(() => again.StartAsync());
        using var same = Build(services => services.AddGuarded<IOrders, Orders>());
        await same.StartAsync();
        Assert.Single(await StoredEntries.OfAsync(_store), entry => entry.Type == "policy.deployed");
    }

    [Fact]
    public async Task Without_a_log_or_without_least_privilege_nothing_is_guarded_quietly()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddGuarded<IOrders, Orders>().AddLeastPrivilege(policy => Policy(policy));
        using var host = builder.Build();
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => host.StartAsync());

        var disposals = 0;
        using var bare = new ServiceCollection().AddGuarded<IOrders>(_ =>
        {
            disposals++;
            return new Orders();
        }).BuildServiceProvider();
        using var scope = bare.CreateScope();
        Assert.Throws<InvalidOperationException>(() => scope.ServiceProvider.GetRequiredService<IOrders>());
        Assert.Equal(0, disposals);
    }

    [Fact]
    public async Task Before_the_host_has_started_nothing_is_allowed()
    {
        using var host = Build(services => services.AddGuarded<IOrders, Orders>(ServiceLifetime.Singleton));
        using var scope = GuardedShop.As("alice");
        var orders = host.Services.GetRequiredService<IOrders>();
        await Assert.ThrowsAsync<AuditUnavailableException>(() => orders.RefundAsync("o", 1, "c"));
        await Assert.ThrowsAsync<AuditUnavailableException>(() => orders.ReadAsync("o"));
        await host.StartAsync();
        await orders.RefundAsync("o", 1, "c");
        await orders.ReadAsync("o");
    }

    [Fact]
    public async Task Reading_the_log_through_the_host_is_guarded_and_on_record()
    {
        using var host = Build(services => services.AddGuarded<IOrders, Orders>());
        await host.StartAsync();
        var reader = host.Services.GetRequiredService<IAuditLogReader>();
        Assert.IsNotType<AuditLog>(reader);
        using (GuardedShop.As("alice"))
        {
            await Assert.ThrowsAsync<AccessDeniedException>(async () => await reader.ReadAsync().CountAsync());
            await Assert.ThrowsAsync<AccessDeniedException>(async () => await reader.FollowAsync().FirstAsync());
        }

        using (GuardedShop.As("auditor"))
        {
            Assert.NotEqual(0, await reader.ReadAsync(0, 1).CountAsync());
            Assert.NotNull(await reader.FollowAsync().FirstAsync());
        }

        await host.Services.GetRequiredService<IAuditLog>().FlushAsync();
        var entries = (await StoredEntries.OfAsync(_store)).Where(entry => entry.Type.StartsWith("access.", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            ["denied", "denied", "allowed", "success", "allowed", "failure"], entries.Select(entry => entry.Event.Outcome), StringComparer.Ordinal);
        Assert.All(entries.Where(entry => entry.Permission is not null), entry => Assert.Equal("audit.read", entry.Permission));
    }

    [Fact]
    public async Task Reading_another_log_through_the_host_is_guarded_and_on_record_in_the_hosts_own()
    {
        const string Origin = "test.example/payments";
        var payments = new InMemoryStore();
        using var host = Build(services => services
            .AddImmutableAudit("payments", audit => audit.WithOrigin(Origin).UseInMemory(payments).SignWith(_logs.SignerOf(Origin))));
        await host.StartAsync();
        await host.Services.GetRequiredKeyedService<IAuditLog>("payments").AppendAsync(TestLogs.Event(0));
        var reader = host.Services.GetRequiredKeyedService<IAuditLogReader>("payments");
        using (GuardedShop.As("alice"))
        {
            await Assert.ThrowsAsync<AccessDeniedException>(async () => await reader.ReadAsync().CountAsync());
            await Assert.ThrowsAsync<AccessDeniedException>(async () => await reader.FollowAsync().FirstAsync());
        }

        using (GuardedShop.As("auditor"))
        {
            Assert.Equal((await StoredEntries.OfAsync(payments)).Select(entry => entry.LeafHash), await reader.ReadAsync().Select(entry => entry.LeafHash).ToListAsync());
        }

        await host.Services.GetRequiredService<IAuditLog>().FlushAsync();
        var entries = (await StoredEntries.OfAsync(_store)).Where(entry => entry.Type.StartsWith("access.", StringComparison.Ordinal)).ToList();
        Assert.Equal(["denied", "denied", "allowed", "success"], entries.Select(entry => entry.Event.Outcome), StringComparer.Ordinal);
        Assert.All(entries.Take(3), entry => Assert.Equal(("audit.read", "log", Origin), (entry.Permission, entry.Event.Resource!.Type, entry.Event.Resource.Id)));
    }

    private static Orders Made(List<Orders> made)
    {
        made.Add(new Orders());
        return made[^1];
    }

    private static AccessPolicyBuilder Policy(AccessPolicyBuilder policy) => policy.Version(1)
        .Role("clerk", role => role.Allow(Permissions.Refund, Permissions.Read, "shelf.take", "ways.one"))
        .Role("auditor", role => role.Allow(AuditPermissions.Read))
        .Assign("alice", "clerk")
        .Assign("auditor", "auditor");

    /// <summary>With every permission said, since not every host has all the interfaces.</summary>
    private static AccessPolicyBuilder Said(AccessPolicyBuilder policy) => Policy(policy
        .Permission("shelf.take").Permission("ways.one").Permission(Permissions.Refund)
        .Permission(Permissions.Read, false, AuditLevel.DenialsOnly));

    private IHost Build(Action<IServiceCollection> register, Action<AccessPolicyBuilder>? policy = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", ApplicationName = "shop" });
        builder.Services.AddImmutableAudit(audit => audit.WithOrigin(TestLogs.Origin).UseInMemory(_store).SignWith(_logs.SignerOf(TestLogs.Origin)));
        builder.Services.AddLeastPrivilege(policy ?? (said => Said(said)));
        register(builder.Services);
        return builder.Build();
    }
}

[Guarded]
public interface IShelf<T>
{
    [RequirePermission("shelf.take")]
    Task<T> TakeAsync(T item);
}

/// <summary>Asks for what stands behind a guard.</summary>
internal sealed class Reacher(GuardTarget<IShelf<int>> target)
{
    public GuardTarget<IShelf<int>> Target => target;
}

internal static class Shelf
{
    public static int Made;
    public static int Disposed;

    public static void Reset() => Made = Disposed = 0;
}

public sealed class Shelf<T> : IShelf<T>, IDisposable
{
    public Shelf() => Interlocked.Increment(ref Shelf.Made);

    public Task<T> TakeAsync(T item) => Task.FromResult(item);

    public void Dispose() => Interlocked.Increment(ref Shelf.Disposed);
}

public sealed class NeedyShelf<T>(IComparable<Guid> missing) : IShelf<T>
{
    public Task<T> TakeAsync(T item) => Task.FromResult(missing.CompareTo(Guid.Empty) == 0 ? item : throw new InvalidOperationException());
}

[Guarded]
public interface INeedy
{
    [RequirePermission("needy.go")]
    Task GoAsync();
}

public sealed class Needy(IComparable<Guid> missing) : INeedy
{
    public Task GoAsync() => Task.FromResult(missing);
}

[Guarded]
public interface ITwoWays
{
    [RequirePermission("ways.one", Blocking = true)]
    int Way();
}

/// <summary>May be built by the one constructor or, where there is a number, by the other.</summary>
public sealed class TwoWays : ITwoWays
{
    private readonly int _way = 1;

    public TwoWays()
    {
    }

    public TwoWays(IComparable<int> number) => _way = number.CompareTo(0);

    public int Way() => _way;
}
