using ImmutableAudit.Privilege;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>Subjects and roles that a host's own services say (PRIVILEGE.md P2, P16).</summary>
public sealed class RolesFromElsewhereTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly InMemoryStore _store = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_store_is_asked_at_each_call_and_its_roles_are_on_record_with_their_source()
    {
        var roles = new Roles(_ => [new AssertedRole("clerk", "directory"), new AssertedRole("unheard-of", "directory")]);
        using var host = await StartAsync(services => services.AddSingleton<IRoleAssignmentStore>(roles));
        var orders = host.Services.GetRequiredService<IOrders>();
        using (GuardedShop.As("carol"))
        {
            await orders.RefundAsync("o", 1, "c");
            orders.Count();
            roles.Answer = _ => [];
            await Assert.ThrowsAsync<AccessDeniedException>(() => orders.RefundAsync("o", 1, "c"));
            await Assert.ThrowsAsync<AccessDeniedException>(() => orders.ReadAsync("o"));
            Assert.Throws<AccessDeniedException>(() => orders.Count());
        }

        var allowed = (await StoredEntries.OfAsync(_store)).Where(entry => entry.Type == "access.allowed").ToList();
        Assert.Equal(2, allowed.Count);
        Assert.All(allowed, entry => Assert.Equal(("clerk", "directory"), (Assert.Single(entry.Roles!).Role, entry.Roles![0].Source)));
        Assert.Equal(5, roles.Asked);
    }

    public static TheoryData<string> Exceptions => [nameof(IOException), nameof(OperationCanceledException), nameof(TaskCanceledException)];

    [Theory]
    [MemberData(nameof(Exceptions))]
    public async Task A_store_that_fails_denies_on_record(string exception)
    {
        var roles = new Roles(_ => throw exception switch
        {
            nameof(IOException) => new IOException("secret"),
            nameof(TaskCanceledException) => new TaskCanceledException("secret"),
            _ => new OperationCanceledException("secret"),
        });
        using var host = await StartAsync(services => services.AddSingleton<IRoleAssignmentStore>(roles));
        var orders = host.Services.GetRequiredService<IOrders>();
        using (GuardedShop.As("alice"))
        {
            await Assert.ThrowsAsync<AccessDeniedException>(() => orders.RefundAsync("o", 1, "c"));
            await Assert.ThrowsAsync<AccessDeniedException>(() => orders.ReadAsync("o"));
            Assert.Throws<AccessDeniedException>(() => orders.Count());
        }

        var denials = (await StoredEntries.OfAsync(_store)).Where(entry => entry.Type == "access.denied").ToList();
        Assert.Equal(3, denials.Count);
        Assert.All(denials, denial => Assert.StartsWith($"{DenialCode.DecisionFailed}: ", denial.Event.Reason, StringComparison.Ordinal));
        Assert.All(denials, denial => Assert.Equal("alice", denial.Event.Actor.Id));
        Assert.All(denials, denial => Assert.Contains(exception, denial.Event.Reason, StringComparison.Ordinal));
        Assert.All(denials, denial => Assert.DoesNotContain("secret", denial.Event.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_gives_up_while_roles_are_looked_up_calls_nothing()
    {
        using var gone = new CancellationTokenSource();
        var roles = new Roles(token =>
        {
            gone.Cancel();
            token.ThrowIfCancellationRequested();
            return [];
        });
        using var host = await StartAsync(services => services.AddSingleton<IRoleAssignmentStore>(roles));
        using (GuardedShop.As("alice"))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Services.GetRequiredService<IOrders>().RefundAsync("o", 1, "c", gone.Token));
        }

        Assert.DoesNotContain(await StoredEntries.OfAsync(_store), entry => entry.Type.StartsWith("access.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_accessor_that_fails_or_knows_nobody_denies_on_record()
    {
        var accessor = new Accessor();
        using var host = await StartAsync(services => services.AddSingleton<ISubjectAccessor>(accessor));
        var orders = host.Services.GetRequiredService<IOrders>();
        foreach (var answer in new Func<AccessSubject?>[] { () => null, () => throw new IOException("secret"), () => throw new OperationCanceledException("secret") })
        {
            accessor.Answer = answer;
            await Assert.ThrowsAsync<AccessDeniedException>(() => orders.RefundAsync("o", 1, "c"));
            await Assert.ThrowsAsync<AccessDeniedException>(() => orders.ReadAsync("o"));
            await Assert.ThrowsAsync<AccessDeniedException>(async () => await orders.ListAsync(1).CountAsync());
            Assert.Throws<AccessDeniedException>(() => orders.Count());
        }

        // The scope's subject does not count where the host has an accessor of its own.
        using (GuardedShop.As("alice"))
        {
            await Assert.ThrowsAsync<AccessDeniedException>(() => orders.ReadAsync("o"));
        }

        accessor.Answer = () => new AccessSubject(new AuditSubject { Id = "alice" });
        await orders.ReadAsync("o");
        await orders.RefundAsync("o", 1, "c");
        var denials = (await StoredEntries.OfAsync(_store)).Where(entry => entry.Type == "access.denied").ToList();
        Assert.Equal(13, denials.Count);
        Assert.All(denials, denial => Assert.Equal("nobody", denial.Event.Actor.Id));
        Assert.All(denials, denial => Assert.StartsWith($"{DenialCode.NoSubject}: ", denial.Event.Reason, StringComparison.Ordinal));
        Assert.All(denials, denial => Assert.DoesNotContain("secret", denial.Event.Reason, StringComparison.Ordinal));
    }

    private async Task<IHost> StartAsync(Action<IServiceCollection> register)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", ApplicationName = "shop" });
        builder.Services.AddImmutableAudit(audit => audit.WithOrigin(TestLogs.Origin).UseInMemory(_store).SignWith(_logs.SignerOf(TestLogs.Origin)));
        register(builder.Services);
        builder.Services.AddLeastPrivilege(GuardedShop.Policy);
        builder.Services.AddGuarded<IOrders, Orders>(ServiceLifetime.Singleton);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private sealed class Accessor : ISubjectAccessor
    {
        public Func<AccessSubject?> Answer { get; set; } = () => null;

        public AccessSubject? Current => Answer();
    }

    private sealed class Roles(Func<CancellationToken, IReadOnlyList<AssertedRole>> answer) : IRoleAssignmentStore
    {
        private int _asked;

        public Func<CancellationToken, IReadOnlyList<AssertedRole>> Answer { get; set; } = answer;

        public int Asked => Volatile.Read(ref _asked);

        public ValueTask<IReadOnlyList<AssertedRole>> GetRolesAsync(AuditSubject subject, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _asked);
            return new(Answer(cancellationToken));
        }
    }
}
