using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>The permissions of a small shop.</summary>
internal static class Permissions
{
    public const string Read = "orders.read";
    public const string Refund = "orders.refund";
    public const string Note = "orders.note";
    public const string Purge = "orders.purge";
    public const string List = "orders.list";
    public const string Count = "orders.count";
}

/// <summary>One member of each kind of record.</summary>
[Guarded]
public interface IOrders
{
    [RequirePermission(Permissions.Refund)]
    Task RefundAsync([Resource("order")] string orderId, [Audited] decimal amount, [Sensitive] string card, CancellationToken ct = default);

    [RequirePermission(Permissions.Read, AuditLevel = AuditLevel.DenialsOnly)]
    Task<string> ReadAsync([Resource("order")] string orderId, CancellationToken ct = default);

    [RequirePermission(Permissions.Note, AuditLevel = AuditLevel.Decision)]
    ValueTask<int> NoteAsync(string text);

    [RequirePermission(Permissions.Purge, Elevated = true)]
    Task PurgeAsync(CancellationToken ct);

    [RequirePermission(Permissions.List)]
    IAsyncEnumerable<int> ListAsync(int count, CancellationToken ct = default);

    [RequirePermission(Permissions.Count, Blocking = true)]
    int Count();

    [Unguarded("anybody may know whether the shop is open")]
    bool IsOpen();
}

/// <summary>Counts what was called.</summary>
public sealed class Orders : IOrders, IDisposable
{
    private int _calls;

    /// <summary>Runs within every call, before anything else.</summary>
    public Func<string, Task> During { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs within purging, with the token that it was given.</summary>
    public Func<CancellationToken, Task> DuringPurge { get; set; } = _ => Task.CompletedTask;

    public int Calls => Volatile.Read(ref _calls);

    public int Disposals { get; private set; }

    public Task RefundAsync(string orderId, decimal amount, string card, CancellationToken ct = default) => CallAsync(nameof(RefundAsync));

    public async Task<string> ReadAsync(string orderId, CancellationToken ct = default)
    {
        await CallAsync(nameof(ReadAsync));
        return orderId;
    }

    public async ValueTask<int> NoteAsync(string text)
    {
        await CallAsync(nameof(NoteAsync));
        return text.Length;
    }

    public async Task PurgeAsync(CancellationToken ct)
    {
        await CallAsync(nameof(PurgeAsync));
        await DuringPurge(ct);
    }

    /// <summary>What is listed in the place of as many numbers as are asked for.</summary>
    public IAsyncEnumerable<int>? Listed { get; set; }

    public IAsyncEnumerable<int> ListAsync(int count, CancellationToken ct = default) => Listed ?? NumbersAsync(count, ct);

    private async IAsyncEnumerable<int> NumbersAsync(int count, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await CallAsync(nameof(ListAsync));
        for (var i = 0; i < count; i++)
        {
            yield return i;
        }
    }

    public int Count() => Interlocked.Increment(ref _calls);

    public bool IsOpen() => true;

    public void Dispose() => Disposals++;

    private Task CallAsync(string member)
    {
        Interlocked.Increment(ref _calls);
        return During(member);
    }
}
