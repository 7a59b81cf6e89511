using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Policy;

public sealed class PermissionNameTests
{
    [Theory]
    [InlineData("orders.refund")]
    [InlineData("a.b")]
    [InlineData("billing.invoices.write-off")]
    [InlineData("2fa.reset")]
    public void A_name_is_taken_as_it_is(string name)
    {
        Assert.Null(PermissionName.Check(name));
        Assert.Equal(name, PermissionName.Parse(name));
        Assert.True(PermissionName.TryParse(name, out var parsed));
        Assert.Equal(name, parsed);
    }

    [Theory]
    [InlineData(null, "is blank")]
    [InlineData("", "is blank")]
    [InlineData(" ", "is blank")]
    [InlineData("orders", "has one segment only")]
    [InlineData("orders.*", "has a wildcard")]
    [InlineData("*", "has a wildcard")]
    [InlineData("Orders.refund", "has an upper-case letter")]
    [InlineData(".refund", "has an empty segment")]
    [InlineData("orders.", "has an empty segment")]
    [InlineData("orders..refund", "has an empty segment")]
    [InlineData("orders.refund ", "at position 14")]
    [InlineData("orders.refund\n", "at position 14")]
    [InlineData("orders_refund.x", "at position 7")]
    [InlineData("\u043Erders.refund", "at position 1")]
    [InlineData("orders.ref\u0131nd", "at position 11")]
    [InlineData("-orders.refund", "hyphen")]
    [InlineData("orders.refund-", "hyphen")]
    public void What_names_no_permission_is_refused_and_said_why(string? text, string why)
    {
        Assert.Contains(why, PermissionName.Check(text), StringComparison.Ordinal);
        Assert.False(PermissionName.TryParse(text, out _));
        var e = Assert.Throws<AccessPolicyException>(() => PermissionName.Parse(text));
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void The_longest_name_has_128_characters()
    {
        Assert.Null(PermissionName.Check("a." + new string('b', 126)));
        Assert.Contains("more than 128", PermissionName.Check("a." + new string('b', 127)), StringComparison.Ordinal);
    }
}
