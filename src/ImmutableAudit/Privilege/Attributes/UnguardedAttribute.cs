namespace ImmutableAudit.Privilege;

/// <summary>A member of a guarded interface that anybody may call, and why (PRIVILEGE.md P8).</summary>
/// <param name="reason">Why it needs no permission; not blank.</param>
[AttributeUsage(
    AttributeTargets.Method | AttributeTargets.Property | AttributeTargets.Event | AttributeTargets.Interface,
    AllowMultiple = true,
    Inherited = false)]
public sealed class UnguardedAttribute(string reason) : Attribute
{
    /// <summary>Why it needs no permission.</summary>
    public string Reason { get; } = reason;

    /// <summary>Where the attribute stands on an interface: the inherited member that it is for, all overloads of this name.</summary>
    public string? Member { get; set; }
}
