using System.ComponentModel;

namespace ImmutableAudit.Privilege;

/// <summary>What a guarded member needs; written by the generator from its attributes. Immutable.</summary>
/// <param name="member">Interface and member: <c>IOrders.RefundAsync</c>.</param>
/// <param name="permission">The permission.</param>
/// <param name="elevated">Whether only a live grant satisfies it.</param>
/// <param name="level">What goes on record.</param>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public sealed class GuardRule(
    string member, string permission, bool elevated = false, AuditLevel level = AuditLevel.DecisionAndOutcome)
{
    /// <summary>Interface and member: <c>IOrders.RefundAsync</c>; of a property, <c>IOrders.Limit.get</c>.</summary>
    public string Member { get; } = member;

    /// <summary>The permission.</summary>
    public string Permission { get; } = permission;

    /// <summary>Whether only a live grant satisfies it.</summary>
    public bool Elevated { get; } = elevated;

    /// <summary>What goes on record.</summary>
    public AuditLevel Level { get; } = level;
}
