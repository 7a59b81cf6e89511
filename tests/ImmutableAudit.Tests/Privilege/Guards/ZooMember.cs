using System.Reflection;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>A member of a guarded interface as reflection finds it, accessors apart, with the rule that its attributes give it.</summary>
/// <param name="Key">The interface that declares it, and its name: <c>IState.Level.set</c>; of overloads with the number of parameters.</param>
/// <param name="Action">How it is named on record.</param>
/// <param name="Rule">What it needs; <see langword="null"/> where anybody may call it.</param>
internal sealed record ZooMember(string Key, string Action, RequirePermissionAttribute? Rule)
{
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>
    /// All that pass a guard: those of inherited interfaces, too; not what is static or sealed, nor unsubscribing, which
    /// never needs anything.
    /// </summary>
    public static IReadOnlyList<ZooMember> Of(Type guarded) =>
    [
        .. from declaring in guarded.GetInterfaces().Prepend(guarded)
           from method in declaring.GetMethods(Instance)
           where method.IsVirtual && !method.Name.StartsWith("remove_", StringComparison.Ordinal)
           select Of(guarded, declaring, method),
    ];

    private static ZooMember Of(Type guarded, Type declaring, MethodInfo method)
    {
        var property = declaring.GetProperties(Instance).FirstOrDefault(property => property.GetAccessors(nonPublic: true).Contains(method));
        var whole = property ?? (MemberInfo?)declaring.GetEvents(Instance).FirstOrDefault(raised => raised.AddMethod == method) ?? method;
        var name = whole == method ? method.Name : $"{whole.Name}.{method.Name[..3]}";
        var isOverloaded = declaring.GetMethods(Instance).Count(other => other.Name == method.Name) > 1;
        var key = $"{NameOf(declaring)}.{name}{(isOverloaded ? $"/{method.GetParameters().Length}" : "")}";
        var own = Rules(method).Concat(Rules(whole)).FirstOrDefault();
        var given = own ?? Given(name) ?? Given(whole.Name) ?? throw new InvalidOperationException($"{key} has no rule.");
        return new(key, $"{NameOf(own is null ? guarded : declaring)}.{name}", given as RequirePermissionAttribute);

        Attribute? Given(string member) => Rules(guarded).FirstOrDefault(rule => (rule as RequirePermissionAttribute)?.Member == member || (rule as UnguardedAttribute)?.Member == member);
    }

    private static IEnumerable<Attribute> Rules(MemberInfo member) =>
        member.GetCustomAttributes<RequirePermissionAttribute>().Concat<Attribute>(member.GetCustomAttributes<UnguardedAttribute>());

    private static string NameOf(Type type) =>
        (type.DeclaringType is { } outer ? NameOf(outer) + "." : "") + type.Name.Split('`')[0];
}
