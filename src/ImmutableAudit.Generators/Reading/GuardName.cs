using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>What a guard and its file are called: no two alike, and no guard like another type beside it.</summary>
internal static class GuardName
{
    private const string Extension = ".g.cs";

    /// <summary>The guard's name: <c>OrdersGuard</c> for <c>IOrders</c>, or <c>IOrders_Guard</c> where that would be another's, too.</summary>
    public static string Class(INamedTypeSymbol type)
    {
        var name = Short(type);
        var arity = Arity(type);
        return !IsTaken(type.ContainingNamespace, name, arity) && !TypeParameters(type).Any(parameter => parameter.Name == name) &&
            !Others(type, top => name.StartsWith(WithoutPrefix(top.Name), StringComparison.Ordinal) || name.StartsWith(top.Name, StringComparison.Ordinal))
                .Any(other => Short(other) == name && Arity(other) == arity)
            ? name
            : string.Join("_", Levels(type).Select(level => level.Name)) + "_Guard";
    }

    /// <summary>The class beside a generic guard that holds its rules.</summary>
    public static string Rules(string guard, int arity) => $"{guard}Rules{(arity == 1 ? "" : arity.ToString())}";

    /// <summary>The file's name. Letters that differ by case only make no other one, so a number does.</summary>
    public static string File(INamedTypeSymbol type)
    {
        var path = Path(type).ToList();
        var name = string.Join(".", path);
        var before = Alike(type.ContainingModule.GlobalNamespace, path, 0).Select(other => string.Join(".", Path(other)))
            .Count(other => string.CompareOrdinal(other, name) < 0);
        if (string.Equals(name + Extension, CatalogueWriter.FileName, StringComparison.OrdinalIgnoreCase))
        {
            before++;
        }

        // One hyphen stands before a number of type parameters.
        return $"{name}{(before == 0 ? "" : $"--{before + 1}")}{Extension}";
    }

    /// <summary>The type and those it is nested in, the outermost first.</summary>
    public static IEnumerable<INamedTypeSymbol> Levels(INamedTypeSymbol type) =>
        type.ContainingType is { } outer ? Levels(outer).Append(type) : [type];

    private static bool IsTaken(INamespaceSymbol beside, string name, int arity) =>
        Exists(beside, name, arity) || (arity > 0 && Exists(beside, Rules(name, arity), 0));

    private static bool Exists(INamespaceSymbol beside, string name, int arity) =>
        beside.GetMembers(name).Any(member => member is not INamedTypeSymbol type || type.Arity == arity);

    // Within the guard such a name would mean the parameter.
    private static IEnumerable<ITypeParameterSymbol> TypeParameters(INamedTypeSymbol type) => type.AllInterfaces.Prepend(type)
        .SelectMany(level => level.GetMembers()).OfType<IMethodSymbol>().SelectMany(method => method.TypeParameters)
        .Concat(Levels(type).SelectMany(level => level.TypeParameters));

    private static string Short(INamedTypeSymbol type) =>
        string.Concat(Levels(type).Select(level => SymbolEqualityComparer.Default.Equals(level, type) ? WithoutPrefix(level.Name) : level.Name)) + "Guard";

    private static IEnumerable<string> Path(INamespaceOrTypeSymbol symbol) => symbol switch
    {
        { ContainingType: { } outer } => Path(outer).Append(Part(symbol)),
        { ContainingNamespace: { IsGlobalNamespace: false } outer } => Path(outer).Append(Part(symbol)),
        _ => [Part(symbol)],
    };

    // No name has a hyphen in it, as it may have an underscore.
    private static string Part(INamespaceOrTypeSymbol symbol) => symbol.MetadataName.Replace('`', '-');

    /// <summary>Guarded interfaces whose path differs by the case of its letters at most.</summary>
    private static IEnumerable<INamedTypeSymbol> Alike(INamespaceOrTypeSymbol outer, List<string> path, int depth)
    {
        var alike = outer.GetMembers().OfType<INamespaceOrTypeSymbol>()
            .Where(member => string.Equals(Part(member), path[depth], StringComparison.OrdinalIgnoreCase));
        return depth == path.Count - 1
            ? alike.OfType<INamedTypeSymbol>().Where(type => type.IsGuarded())
            : alike.SelectMany(member => Alike(member, path, depth + 1));
    }

    private static int Arity(INamedTypeSymbol type) => Levels(type).Sum(level => level.Arity);

    private static string WithoutPrefix(string name) =>
        name.Length > 1 && name[0] == 'I' && char.IsUpper(name[1]) ? name.Substring(1) : name;

    /// <summary>Other guarded interfaces of the namespace, of those outermost types alone that may matter.</summary>
    private static IEnumerable<INamedTypeSymbol> Others(INamedTypeSymbol type, Func<INamedTypeSymbol, bool> matters) =>
        type.ContainingNamespace.GetTypeMembers().Where(matters).SelectMany(WithNested)
            .Where(other => other.IsGuarded() && !SymbolEqualityComparer.Default.Equals(other, type));

    private static IEnumerable<INamedTypeSymbol> WithNested(INamedTypeSymbol type) => type.GetTypeMembers().SelectMany(WithNested).Prepend(type);
}
