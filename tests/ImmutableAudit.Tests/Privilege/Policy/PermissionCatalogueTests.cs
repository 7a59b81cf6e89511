using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Policy;

public sealed class PermissionCatalogueTests
{
    [Fact]
    public void Permissions_are_merged_and_stand_in_ordinal_order_with_their_indexes()
    {
        var catalogue = PermissionCatalogue.FromRules(
            new GuardRule("IOrders.RefundAsync", "orders.refund"),
            new GuardRule("IOrders.PurgeAsync", "orders.purge", elevated: true),
            new GuardRule("IReports.GetAsync", "orders-archive.read", level: AuditLevel.DenialsOnly),
            new GuardRule("IBulk.RefundAsync", "orders.refund"));

        Assert.Equal(["orders-archive.read", "orders.purge", "orders.refund"], catalogue.Select(permission => permission.Permission), StringComparer.Ordinal);
        Assert.All(catalogue.Index(), pair => Assert.Equal(pair.Index, catalogue.IndexOf(pair.Item.Permission)));
        Assert.Equal(-1, catalogue.IndexOf("orders.read"));
        Assert.True(catalogue.TryGet("orders.purge", out var purge) && purge.Elevated);
        Assert.False(catalogue.TryGet("orders.read", out _));
        Assert.Equal(AuditLevel.DenialsOnly, catalogue[0].AuditLevel);
    }

    [Theory]
    [InlineData(true, AuditLevel.DecisionAndOutcome)]
    [InlineData(false, AuditLevel.Decision)]
    public void The_same_permission_with_other_attributes_is_refused_with_both_places(bool elevated, AuditLevel level)
    {
        var e = Assert.Throws<AccessPolicyException>(() => PermissionCatalogue.FromRules(
            new GuardRule("IOrders.RefundAsync", "orders.refund"),
            new GuardRule("IBulk.RefundAllAsync", "orders.refund", elevated, level)));
        Assert.Contains("IOrders.RefundAsync", e.Message, StringComparison.Ordinal);
        Assert.Contains("IBulk.RefundAllAsync", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_malformed_permission_is_refused_with_its_place()
    {
        var e = Assert.Throws<AccessPolicyException>(() => PermissionCatalogue.FromRules(new GuardRule("IOrders.RefundAsync", "Refund")));
        Assert.StartsWith("IOrders.RefundAsync", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AuditLevel.Decision)]
    [InlineData(AuditLevel.DenialsOnly)]
    public void Of_an_elevated_permission_both_go_on_record(AuditLevel level) =>
        Assert.Throws<AccessPolicyException>(() => new PermissionDefinition("orders.purge", elevated: true, level));

    [Fact]
    public void A_level_that_there_is_not_is_refused() =>
        Assert.Throws<AccessPolicyException>(() => new PermissionDefinition("orders.read", auditLevel: (AuditLevel)3));

    [Fact]
    public void Catalogues_are_put_together_where_they_agree()
    {
        var one = PermissionCatalogue.Of(new PermissionDefinition("a.read"), new PermissionDefinition("b.read"));
        var other = PermissionCatalogue.Of(new PermissionDefinition("b.read"), new PermissionDefinition("c.read"));
        Assert.Equal(["a.read", "b.read", "c.read"], one.With(other).Select(permission => permission.Permission), StringComparer.Ordinal);
        Assert.Throws<AccessPolicyException>(() => one.With(PermissionCatalogue.Of(new PermissionDefinition("a.read", elevated: true))));
    }
}
