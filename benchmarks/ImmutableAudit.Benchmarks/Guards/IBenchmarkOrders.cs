using System.Runtime.CompilerServices;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Benchmarks.Guards;

/// <summary>What is called: a member of which nothing is recorded where it is allowed, and one of which everything is.</summary>
[Guarded]
internal interface IBenchmarkOrders
{
    [RequirePermission(Permissions.Read, AuditLevel = AuditLevel.DenialsOnly)]
    int Count(int customer);

    [RequirePermission(Permissions.Refund)]
    Task RefundAsync([Resource("order")] string order);

    [RequirePermission(Permissions.Purge, Elevated = true)]
    Task PurgeAsync(CancellationToken cancellationToken);

    [RequirePermission(Permissions.Refund, Blocking = true)]
    void Refund([Resource("order")] string order);
}

/// <summary>Does next to nothing, so that all else is what stands before it.</summary>
internal sealed class BenchmarkOrders : IBenchmarkOrders
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Count(int customer) => customer;

    public Task RefundAsync(string order) => Task.CompletedTask;

    public Task PurgeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Refund(string order)
    {
    }
}

internal static class Permissions
{
    public const string Read = "orders.read";
    public const string Refund = "orders.refund";
    public const string Purge = "orders.purge";
}
