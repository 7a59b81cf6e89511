using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ImmutableAudit.Tests.Architecture;

/// <summary>Follows every name in the sources to the file that declares it, and asks the rules whether it may be known.</summary>
internal static class LayerCheck
{
    public static IReadOnlyList<string> Violations(SourceTree sources) =>
        [.. sources.Files.SelectMany(tree => Violations(tree, sources.Compilation.GetSemanticModel(tree))).Distinct(StringComparer.Ordinal)];

    private static IEnumerable<string> Violations(SyntaxTree tree, SemanticModel model)
    {
        var rule = RuleFor(tree.FilePath);
        if (rule is null)
        {
            yield return $"{tree.FilePath}: its folder has no row in {nameof(LayerRules)}";
            yield break;
        }

        foreach (var node in tree.GetRoot().DescendantNodes())
        {
            foreach (var file in FilesKnownAt(node, model))
            {
                if (!MayKnow(rule, file))
                {
                    var line = node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
                    yield return $"{tree.FilePath}:{line}: {rule.Unit} must not know {file} ('{node}'). {rule.Reason}";
                }
            }
        }
    }

    /// <summary>The row of the longest unit; none for a subfolder of Storage without a row of its own.</summary>
    private static LayerRule? RuleFor(string file)
    {
        var rule = LayerRules.All.Where(rule => Contains(rule.Unit, file)).MaxBy(rule => rule.Unit.Length);
        return rule?.Unit == LayerRules.Concrete && file.LastIndexOf('/') != LayerRules.Concrete.Length ? null : rule;
    }

    private static bool MayKnow(LayerRule rule, string file)
    {
        var unit = RuleFor(file)?.Unit;
        return unit == rule.Unit
            || unit == LayerRules.Everybody
            || Array.Exists(rule.MayKnow, known => known == "*" || known == unit || known == file);
    }

    private static bool Contains(string unit, string file) =>
        file == unit || (file.Length > unit.Length && file[unit.Length] == '/' && file.StartsWith(unit, StringComparison.Ordinal));

    private static IEnumerable<string> FilesKnownAt(SyntaxNode node, SemanticModel model)
    {
        // Names cover all but members that are called without naming them: 'new(...)', operators and indexers.
        if (node is not (SimpleNameSyntax or BaseObjectCreationExpressionSyntax or ElementAccessExpressionSyntax
            or BinaryExpressionSyntax or CastExpressionSyntax or CollectionExpressionSyntax or ConstructorInitializerSyntax))
        {
            return [];
        }

        var info = model.GetSymbolInfo(node);
        var symbols = info.Symbol is { } symbol ? [symbol] : info.CandidateSymbols;
        return symbols.Concat(TypeOf(node, model)).SelectMany(Declared).SelectMany(Files).Distinct(StringComparer.Ordinal);
    }

    /// <summary>What an expression evaluates to is known too, though only its members are named.</summary>
    private static IEnumerable<ISymbol> TypeOf(SyntaxNode node, SemanticModel model)
    {
        var type = model.GetTypeInfo(node);
        return new ISymbol?[] { type.Type, type.ConvertedType }.OfType<ISymbol>();
    }

    /// <summary>The symbols that a symbol is made of: a type's arguments and elements as well as the type.</summary>
    private static IEnumerable<ISymbol> Declared(ISymbol symbol) => symbol switch
    {
        IAliasSymbol alias => Declared(alias.Target),
        IArrayTypeSymbol array => Declared(array.ElementType),
        IPointerTypeSymbol pointer => Declared(pointer.PointedAtType),
        INamedTypeSymbol type => type.TypeArguments.OfType<INamedTypeSymbol>().SelectMany(Declared).Prepend(type.OriginalDefinition),
        IMethodSymbol method => [(method.ReducedFrom ?? method).OriginalDefinition],
        INamespaceSymbol or ITypeParameterSymbol => [],
        _ => [symbol.OriginalDefinition],
    };

    private static IEnumerable<string> Files(ISymbol symbol) => symbol.DeclaringSyntaxReferences.Select(reference => reference.SyntaxTree.FilePath);
}
