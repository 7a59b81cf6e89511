using System.Text.Json.Serialization;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.QuickStart;

/// <summary>What may be done in the shop: constants, so that a typing error does not compile.</summary>
internal static class Permissions
{
    public const string OrdersRefund = "orders.refund";
    public const string CustomersExport = "customers.export";
}

/// <summary>What the shop can do, and what each of it takes. A member without a permission would not compile.</summary>
[Guarded]
internal interface IShop
{
    [Unguarded("everybody may try to sign in")]
    ValueTask<AuditReceipt> SignInAsync(string user, string address, CancellationToken cancellationToken);

    [RequirePermission(Permissions.OrdersRefund)]
    Task<AuditReceipt> RefundAsync([Resource("order")] string order, [Audited] decimal amount, CancellationToken cancellationToken);

    // Elevated: no role gives it. It is asked for, approved by others, and ends by itself.
    [RequirePermission(Permissions.CustomersExport, Elevated = true)]
    Task<int> ExportCustomersAsync(CancellationToken cancellationToken);
}

/// <summary>A service of the application. Guards record who called; what else it wants on record it appends itself: the log is injected like anything else.</summary>
internal sealed class Shop(IAuditLog audit) : IShop
{
    public ValueTask<AuditReceipt> SignInAsync(string user, string address, CancellationToken cancellationToken) =>
        audit.AppendAsync(
            new AuditEvent
            {
                Actor = new AuditSubject { Id = user, Kind = "user" },
                Action = "session.start",
                Outcome = AuditOutcome.Success,
                Source = new AuditSource { App = "shop", Ip = address },
            },
            cancellationToken);

    public async Task<AuditReceipt> RefundAsync(string order, decimal amount, CancellationToken cancellationToken) =>
        await audit.AppendAsync(
            new AuditEvent
            {
                Actor = new AuditSubject { Id = "shop", Kind = "service" },
                Action = "payment.sent",
                Resource = new AuditResource { Type = "order", Id = order },
                Outcome = AuditOutcome.Success,
                Reason = "damaged on arrival",
                Details = AuditDetails.From(new Payment(amount, "EUR"), ShopJson.Default.Payment),
            },
            cancellationToken);

    public Task<int> ExportCustomersAsync(CancellationToken cancellationToken) => Task.FromResult(3);
}

/// <summary>What a payment puts on record besides who, what and when.</summary>
internal sealed record Payment(decimal Amount, string Currency);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Payment))]
internal sealed partial class ShopJson : JsonSerializerContext;
