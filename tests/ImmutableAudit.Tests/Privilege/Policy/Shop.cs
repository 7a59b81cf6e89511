using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Policy;

/// <summary>The policy of DESIGN section 2's example, and parts of it.</summary>
internal static class Shop
{
    public const string Read = "orders.read";
    public const string Refund = "orders.refund";
    public const string Purge = "orders.purge";

    public static PermissionCatalogue Catalogue { get; } = PermissionCatalogue.Of(
        new PermissionDefinition(Read, auditLevel: AuditLevel.DenialsOnly),
        new PermissionDefinition(Refund),
        new PermissionDefinition(Purge, elevated: true));

    /// <summary>Application, version and catalogue, and nothing else.</summary>
    public static AccessPolicyBuilder Empty() => new AccessPolicyBuilder().Application("shop").Version(3).Catalogue(Catalogue);

    /// <summary>Roles and rules, nobody assigned.</summary>
    public static AccessPolicyBuilder Roles() => Empty()
        .Role("support", role => role.Allow(Read))
        .Role("lead", role => role.Includes("support").Allow(Refund))
        .Role("security", role => role.ApprovesElevation())
        .Elevation(Purge, rule => rule.RequestableBy("lead").ApprovedBy("security", quorum: 2).MaxDuration(TimeSpan.FromMinutes(30)));

    /// <summary>A policy without a finding.</summary>
    public static AccessPolicyBuilder Full() => Roles()
        .Assign("alice", "lead")
        .Assign("bob", "security")
        .Assign("carol", "security")
        .Assign("dave", "support", issuer: "https://idp.example");
}
