using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>Collects what is wrong with one guarded interface.</summary>
internal sealed class Findings(INamedTypeSymbol type, Compilation compilation)
{
    private readonly List<Problem> _problems = [];

    public IReadOnlyList<Problem> Problems => _problems;

    public bool AnyError => _problems.Exists(problem => problem.IsError);

    /// <summary>At a symbol; what is wrong with an inherited one is told at the interface that inherits it.</summary>
    public void Add(DiagnosticDescriptor rule, ISymbol member, params object[] arguments) =>
        Add(rule, member, attribute: null, arguments);

    /// <summary>At an attribute, where there is one in this source.</summary>
    public void Add(DiagnosticDescriptor rule, ISymbol member, AttributeData? attribute, params object[] arguments)
    {
        var owner = member as INamedTypeSymbol ?? member.ContainingType;
        var own = SymbolEqualityComparer.Default.Equals(owner.OriginalDefinition, type);
        var elsewhere = !own && owner.IsGuarded() && owner.Locations.Any(location => location.IsInSource);
        _problems.Add(new(rule, own ? At(member, attribute) : type.Locations[0], arguments, elsewhere));
    }

    private Location At(ISymbol member, AttributeData? attribute) =>
        attribute?.ApplicationSyntaxReference is { } reference && compilation.ContainsSyntaxTree(reference.SyntaxTree)
            ? Location.Create(reference.SyntaxTree, reference.Span)
            : member.Locations[0];
}
