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

    /// <summary>A member without a rule.</summary>
    /// <param name="inherited">The rule belongs on the interface, and names the member.</param>
    public void AddNoRule(ISymbol member, string name, bool inherited)
    {
        var hint = inherited ? $"; it is inherited, so put it on the interface, with Member = \"{RecordName.Short(member)}\"" : "";
        Add(Rules.NoRule, member, attribute: null, inherited ? RecordName.Short(member) : null, [name, hint]);
    }

    /// <summary>At an attribute, where there is one in this source.</summary>
    public void Add(DiagnosticDescriptor rule, ISymbol member, AttributeData? attribute, params object[] arguments) =>
        Add(rule, member, attribute, fix: null, arguments);

    private void Add(DiagnosticDescriptor rule, ISymbol member, AttributeData? attribute, string? fix, object[] arguments)
    {
        var owner = member as INamedTypeSymbol ?? member.ContainingType;
        var own = SymbolEqualityComparer.Default.Equals(owner.OriginalDefinition, type);
        var elsewhere = !own && owner.IsGuarded() && owner.Locations.Any(location => location.IsInSource);
        _problems.Add(new(rule, own ? At(member, attribute) : type.Locations[0], arguments, elsewhere, fix));
    }

    private Location At(ISymbol member, AttributeData? attribute) =>
        attribute?.ApplicationSyntaxReference is { } reference && compilation.ContainsSyntaxTree(reference.SyntaxTree)
            ? Location.Create(reference.SyntaxTree, reference.Span)
            : member.Locations[0];
}
