using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>What a guard and its file are called: no two alike, and no guard like another type beside it.</summary>
internal static class GuardName
{
    /// <summary>The guard's name: <c>OrdersGuard</c> for <c>IOrders</c>, or <c>IOrders_Guard</c> where that would be another's, too.</summary>
    public static string Class(INamedTypeSymbol type)
    {
        var name = Short(type);
        var arity = Arity(type);
        return type.ContainingNamespace.GetTypeMembers(name, arity).IsEmpty &&
            !Others(type, top => name.StartsWith(WithoutPrefix(top.Name), StringComparison.Ordinal) || name.StartsWith(top.Name, StringComparison.Ordinal))
                .Any(other => Short(other) == name && Arity(other) == arity)
            ? name
            : string.Join("_", Levels(type).Select(level => level.Name)) + "_Guard";
    }

    /// <summary>The file's name. Letters that differ by case only make no other one, so a number does.</summary>
    public static string File(INamedTypeSymbol type)
    {
        var name = Long(type);
        var top = Levels(type).First().Name;
        var before = Others(type, other => string.Equals(other.Name, top, StringComparison.OrdinalIgnoreCase))
            .Select(Long)
            .Count(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase) && string.CompareOrdinal(other, name) < 0);
        var prefix = type.ContainingNamespace is { IsGlobalNamespace: false } named ? SymbolText.Namespace(named).Replace("@", "") + "." : "";
        return $"{prefix}{name}{(before == 0 ? "" : $"-{before + 1}")}.g.cs";
    }

    /// <summary>The type and those it is nested in, the outermost first.</summary>
    public static IEnumerable<INamedTypeSymbol> Levels(INamedTypeSymbol type) =>
        type.ContainingType is { } outer ? Levels(outer).Append(type) : [type];

    private static string Short(INamedTypeSymbol type) =>
        string.Concat(Levels(type).Select(level => SymbolEqualityComparer.Default.Equals(level, type) ? WithoutPrefix(level.Name) : level.Name)) + "Guard";

    // No name has a hyphen in it, as it may have an underscore.
    private static string Long(INamedTypeSymbol type) => string.Join(".", Levels(type).Select(level => level.MetadataName.Replace('`', '-')));

    private static int Arity(INamedTypeSymbol type) => Levels(type).Sum(level => level.Arity);

    private static string WithoutPrefix(string name) =>
        name.Length > 1 && name[0] == 'I' && char.IsUpper(name[1]) ? name.Substring(1) : name;

    /// <summary>Other guarded interfaces of the namespace, of those outermost types alone that may matter.</summary>
    private static IEnumerable<INamedTypeSymbol> Others(INamedTypeSymbol type, Func<INamedTypeSymbol, bool> matters) =>
        type.ContainingNamespace.GetTypeMembers().Where(matters).SelectMany(WithNested)
            .Where(other => other.IsGuarded() && !SymbolEqualityComparer.Default.Equals(other, type));

    private static IEnumerable<INamedTypeSymbol> WithNested(INamedTypeSymbol type) => type.GetTypeMembers().SelectMany(WithNested).Prepend(type);
}
