namespace ImmutableAudit.Privilege;

/// <summary>
/// A member of a <see cref="GuardedAttribute">guarded</see> interface that only who holds a permission may call. On an
/// accessor it is that accessor's; on the interface, with <see cref="Member"/>, an inherited member's (PRIVILEGE.md P8).
/// </summary>
/// <param name="permission">The permission: <c>resource.verb</c>, lower case, a constant; no wildcards.</param>
[AttributeUsage(
    AttributeTargets.Method | AttributeTargets.Property | AttributeTargets.Event | AttributeTargets.Interface,
    AllowMultiple = true,
    Inherited = false)]
public sealed class RequirePermissionAttribute(string permission) : Attribute
{
    /// <summary>The permission: <c>resource.verb</c>, lower case.</summary>
    public string Permission { get; } = permission;

    /// <summary>
    /// No standing role satisfies it, only a live grant. A property of the permission: wherever it is required, this is the
    /// same (PRIVILEGE.md P4).
    /// </summary>
    public bool Elevated { get; set; }

    /// <summary>What goes on record. A property of the permission, as <see cref="Elevated"/> is.</summary>
    public AuditLevel AuditLevel { get; set; }

    /// <summary>Where the attribute stands on an interface: the inherited member that it is for, all overloads of this name.</summary>
    public string? Member { get; set; }

    /// <summary>Says that a synchronous member may block until its decision is durable (PRIVILEGE.md P10).</summary>
    public bool Blocking { get; set; }

    /// <summary>
    /// Why it is right that the result does its work later or hands out what is behind the guard, where it may
    /// (PRIVILEGE.md P9); without, such a result type does not compile.
    /// </summary>
    public string? Deferred { get; set; }
}
