using System.Reflection;
using ImmutableAudit.Benchmarks.Subjects;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Benchmarks.Guards;

/// <summary>What guards stand on in one round: a log in memory, with an application of a small policy and one of a big policy.</summary>
internal sealed class GuardStage : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _shops = [];
    private BlockingCallers? _threads;

    private GuardStage(AuditLog log, AccessGuard small, AccessGuard big)
    {
        Log = log;
        Small = small;
        Big = big;
        Guarded = small.Guard<IBenchmarkOrders>(Raw);
        GuardedBig = big.Guard<IBenchmarkOrders>(Raw);
    }

    public AuditLog Log { get; }

    /// <summary>Callers that may block.</summary>
    public BlockingCallers Threads => _threads ??= new BlockingCallers(GuardScenarios.Callers, Subject);

    public AccessGuard Small { get; }

    public AccessGuard Big { get; }

    /// <summary>Who calls in all that is measured.</summary>
    public AccessSubject Subject { get; } = new(BenchmarkPolicy.Subject);

    /// <summary>The same one, where the policy is big: a subject object keeps what one guard found out about it.</summary>
    public AccessSubject SubjectOfBig { get; } = new(BenchmarkPolicy.Subject);

    public IBenchmarkOrders Raw { get; } = new BenchmarkOrders();

    public IBenchmarkOrders Guarded { get; }

    public IBenchmarkOrders GuardedBig { get; }

    public static async Task<GuardStage> OpenAsync(string directory)
    {
        var log = await BenchmarkLog.OpenInMemoryAsync(directory);
        return new GuardStage(log, await GuardAsync(log, "small", BenchmarkPolicy.Small), await GuardAsync(log, "big", BenchmarkPolicy.Big));
    }

    /// <summary>A shop with so many live grants, on the same log.</summary>
    public GrantedShop Granted(int grants)
    {
        var shop = GrantedShop.OpenAsync(Log, $"granted-{grants}", grants).GetAwaiter().GetResult();
        _shops.Add(shop);
        return shop;
    }

    public async ValueTask DisposeAsync()
    {
        _threads?.Dispose();
        foreach (var shop in _shops)
        {
            await shop.DisposeAsync();
        }

        await Small.DisposeAsync();
        await Big.DisposeAsync();
        await Log.DisposeAsync();
    }

    private static Task<AccessGuard> GuardAsync(AuditLog log, string application, BenchmarkPolicy size) =>
        AccessGuard.OpenAsync(log, [Catalogue()], policy =>
        {
            policy.Application(application);
            size.Apply(policy);
        });

    public static GuardCatalogue Catalogue() => (GuardCatalogue)Activator.CreateInstance(
        typeof(GuardStage).Assembly.GetCustomAttribute<GuardCatalogueAttribute>()!.Catalogue)!;
}
