namespace ImmutableAudit.Privilege;

/// <summary>
/// Every member of this interface is guarded: it carries <see cref="RequirePermissionAttribute"/> or
/// <see cref="UnguardedAttribute"/>, or does not compile (PRIVILEGE.md P8). A guard class is generated beside the interface;
/// <c>AddGuarded&lt;TInterface, TImplementation&gt;()</c> puts it in front of the implementation.
/// </summary>
/// <example>
/// <code>
/// [Guarded]
/// public interface IOrders
/// {
///     [RequirePermission(Permissions.OrdersRefund)]
///     Task RefundAsync([Resource("order")] string orderId, [Audited] decimal amount, CancellationToken ct);
/// }
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Interface, Inherited = false)]
public sealed class GuardedAttribute : Attribute;
