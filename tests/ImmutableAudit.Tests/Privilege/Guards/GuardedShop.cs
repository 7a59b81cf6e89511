using System.Reflection;
using ImmutableAudit.Privilege;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Privilege.Replay;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>A log in memory, a guard on it, and orders behind the guard.</summary>
internal sealed class GuardedShop : IAsyncDisposable
{
    private TestLogs? _logs;
    private InMemoryStore? _store;

    private GuardedShop()
    {
    }

    public AuditLog Log { get; private init; } = null!;

    public AccessGuard Guard { get; private init; } = null!;

    public Orders Inner { get; } = new();

    public IOrders Orders { get; private set; } = null!;

    public static Action<AccessPolicyBuilder> Policy { get; } = policy => policy
        .Application("shop")
        .Version(1)
        .Role("reader", role => role.Allow(Permissions.Read))
        .Role("clerk", role => role.Includes("reader").Allow(Permissions.Refund).Allow(Permissions.Note).Allow(Permissions.List).Allow(Permissions.Count))
        .Role("own", role => role.Allow(Permissions.Refund, ("order", "o-7")))
        .Assign("alice", "clerk")
        .Assign("rita", "reader")
        .Assign("olga", "own");

    public static async Task<GuardedShop> OpenAsync(
        Action<AccessPolicyBuilder>? policy = null,
        LeastPrivilegeOptions? options = null,
        Action<AuditLogOptions>? configure = null,
        InMemoryStore? store = null,
        TestLogs? logs = null)
    {
        var own = logs is null ? new TestLogs() : null;
        store ??= new InMemoryStore();
        var shop = await OnAsync(await (logs ?? own!).OpenInMemoryAsync(store, configure), policy, options);
        (shop._logs, shop._store) = (own, store);
        return shop;
    }

    public static async Task<GuardedShop> OnAsync(AuditLog log, Action<AccessPolicyBuilder>? policy = null, LeastPrivilegeOptions? options = null)
    {
        var shop = new GuardedShop { Log = log, Guard = await AccessGuard.OpenAsync(log, CatalogueOf(typeof(IOrders)), policy ?? Policy, options) };
        shop.Orders = shop.Guard.Guard<IOrders>(shop.Inner);
        return shop;
    }

    /// <summary>The guards of one interface alone.</summary>
    public static IEnumerable<GuardCatalogue> CatalogueOf(Type guarded) =>
        [new Only((GuardCatalogue)Activator.CreateInstance(guarded.Assembly.GetCustomAttribute<GuardCatalogueAttribute>()!.Catalogue)!, guarded)];

    public static IDisposable As(string id) => SubjectScope.Enter(new AuditSubject { Id = id });

    /// <summary>The guards' entries so far.</summary>
    public async Task<List<AuditEntry>> EntriesAsync(string prefix = "access.")
    {
        var entries = new List<AuditEntry>();
        await foreach (var entry in Log.ReadAsync())
        {
            if (entry.Type.StartsWith(prefix, StringComparison.Ordinal))
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    /// <summary>The entries once every outcome so far is among them: they are queued before what is appended now.</summary>
    public async Task<List<AuditEntry>> SettledAsync(string prefix = "access.")
    {
        await Log.FlushAsync();
        return await EntriesAsync(prefix);
    }

    public async ValueTask DisposeAsync()
    {
        await Guard.DisposeAsync();
        await Log.DisposeAsync();
        _logs?.Dispose();
        if (_store is not null)
        {
            // Whatever a test does to a shop, what the guards write breaks no rule.
            var report = Replayed.Of(await StoredEntries.OfAsync(_store));
            Assert.True(report.Holds, string.Join('\n', report.Violations));
        }
    }

    private sealed class Only(GuardCatalogue all, Type guarded) : GuardCatalogue
    {
        public override IReadOnlyList<GuardDescription> Guards { get; } = [.. all.Guards.Where(guard => guard.Interface == guarded)];
    }
}
