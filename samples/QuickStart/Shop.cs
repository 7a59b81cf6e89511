using System.Text.Json.Serialization;

namespace ImmutableAudit.QuickStart;

/// <summary>A service of the application. What it does, it puts on record first of all: the log is injected like anything else.</summary>
internal sealed class Shop(IAuditLog audit)
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

    public ValueTask<AuditReceipt> RefundAsync(string user, string order, Refund refund, CancellationToken cancellationToken) =>
        audit.AppendAsync(
            new AuditEvent
            {
                Actor = new AuditSubject { Id = user, Kind = "user" },
                Action = "orders.refund",
                Resource = new AuditResource { Type = "order", Id = order },
                Outcome = AuditOutcome.Success,
                Reason = "damaged on arrival",
                Details = AuditDetails.From(refund, ShopJson.Default.Refund),
            },
            cancellationToken);

    public ValueTask<AuditReceipt> ExportCustomersAsync(string user, CancellationToken cancellationToken) =>
        audit.AppendAsync(
            new AuditEvent
            {
                Actor = new AuditSubject { Id = user, Kind = "user" },
                Action = "customers.export",
                Resource = new AuditResource { Type = "customer" },
                Outcome = AuditOutcome.Denied,
                Reason = "not in the role 'support'",
            },
            cancellationToken);
}

/// <summary>What a refund puts on record besides who, what and when.</summary>
internal sealed record Refund(decimal Amount, string Currency);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Refund))]
internal sealed partial class ShopJson : JsonSerializerContext;
