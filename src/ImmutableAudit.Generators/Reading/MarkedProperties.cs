using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>The properties of a parameter's type that are marked, inherited ones included.</summary>
internal static class MarkedProperties
{
    public static IEnumerable<(IPropertySymbol Property, List<AttributeData> Marks)> Of(ITypeSymbol type, Func<AttributeData, bool> isMark)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var level in Levels(type))
        {
            foreach (var property in level.GetMembers().OfType<IPropertySymbol>())
            {
                if (seen.Add(property.Name) && Distinct(Marks(property).Where(isMark)) is { Count: > 0 } marks)
                {
                    yield return (property, marks);
                }
            }
        }
    }

    /// <summary>A type and what it inherits, as far as somebody can have marked it.</summary>
    public static IEnumerable<INamedTypeSymbol> Levels(ITypeSymbol type) => type switch
    {
        ITypeParameterSymbol parameter => parameter.ConstraintTypes.SelectMany(Levels),
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable => Levels(nullable.TypeArguments[0]),
        INamedTypeSymbol { TypeKind: TypeKind.Interface } named => [named, .. named.AllInterfaces],
        INamedTypeSymbol named => Bases(named),
        _ => [],
    };

    /// <summary>Whether the property's name alone may mean that of another interface, too.</summary>
    public static bool IsAmbiguous(ITypeSymbol type, IPropertySymbol property) =>
        property.ContainingType.TypeKind == TypeKind.Interface && !SymbolEqualityComparer.Default.Equals(property.ContainingType, type) &&
        Levels(type).Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default).Count(level => !level.GetMembers(property.Name).IsEmpty) > 1;

    private static List<AttributeData> Distinct(IEnumerable<AttributeData> marks) =>
        [.. marks.GroupBy(mark => mark.AttributeClass!.Name, StringComparer.Ordinal).Select(same => same.First())];

    private static IEnumerable<INamedTypeSymbol> Bases(INamedTypeSymbol type)
    {
        for (var level = type; level is { SpecialType: SpecialType.None }; level = level.BaseType)
        {
            yield return level;
        }
    }

    // On a record's positional parameter an attribute belongs to the parameter unless it says otherwise.
    private static IEnumerable<AttributeData> Marks(IPropertySymbol property)
    {
        for (var level = property; level is not null; level = level.OverriddenProperty)
        {
            var positional = level.ContainingType.InstanceConstructors.SelectMany(constructor => constructor.Parameters)
                .Where(parameter => parameter.Name == level.Name);
            foreach (var mark in level.GetAttributes().Concat(positional.SelectMany(parameter => parameter.GetAttributes())))
            {
                yield return mark;
            }
        }
    }
}
