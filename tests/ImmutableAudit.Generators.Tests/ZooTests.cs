using System.Reflection;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Generators.Tests;

/// <summary>The zoo, for which this project's own build ran the generator: each guarded interface in it has its guard.</summary>
public sealed class ZooTests
{
    private static readonly List<Type> Guarded =
        [.. typeof(ZooTests).Assembly.GetTypes().Where(type => type.IsDefined(typeof(GuardedAttribute), inherit: false))];

    private static readonly GuardCatalogue Catalogue = (GuardCatalogue)Activator.CreateInstance(
        typeof(ZooTests).Assembly.GetCustomAttribute<GuardCatalogueAttribute>()!.Catalogue)!;

    [Fact]
    public void The_catalogue_describes_each_guarded_interface_once() => Assert.Equal(
        Guarded.Select(type => type.FullName).Order(StringComparer.Ordinal),
        Catalogue.Guards.Select(guard => guard.Interface.FullName).Order(StringComparer.Ordinal));

    [Fact]
    public void Rules_name_member_permission_and_level()
    {
        var rules = Catalogue.Guards.Single(guard => guard.Interface == typeof(Zoo.IChild)).Rules;
        Assert.Equal(
            [
                "IChild.Name.get family.rename False DecisionAndOutcome",
                "IChild.Name.set family.rename False DecisionAndOutcome",
                "IChild.Default family.default False DecisionAndOutcome",
                "IParent.SeeAsync family.see False DenialsOnly",
                "IParent.Name.get family.name False DecisionAndOutcome",
                "IChild.Size.set family.size False DecisionAndOutcome",
                "IChild.Check family.check False DecisionAndOutcome",
                "IChild.Check family.check False DecisionAndOutcome",
            ],
            rules.Select(rule => $"{rule.Member} {rule.Permission} {rule.Elevated} {rule.Level}"),
            StringComparer.Ordinal);
    }

    [Fact]
    public void Each_member_with_a_permission_has_a_rule()
    {
        foreach (var type in Guarded)
        {
            var own = type.GetMembers().SelectMany(member => member.GetCustomAttributes<RequirePermissionAttribute>())
                .Concat(type.GetCustomAttributes<RequirePermissionAttribute>())
                .Select(attribute => attribute.Permission);
            var rules = Catalogue.Guards.Single(guard => guard.Interface == type).Rules.Select(rule => rule.Permission);
            Assert.Empty(own.Except(rules, StringComparer.Ordinal));
        }
    }
}
