using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>Finds what is sensitive in a value that goes on record as a whole, however deep: a record's text has that of its parts in it.</summary>
internal sealed class SensitiveParts
{
    private readonly IAssemblySymbol _marks;
    private readonly HashSet<ITypeSymbol> _seen = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ITypeSymbol> _open = new(SymbolEqualityComparer.Default);

    private SensitiveParts(IAssemblySymbol marks) => _marks = marks;

    /// <summary>The way to a sensitive property, such as <c>.Account.Iban</c>; null if there is none.</summary>
    public static string? Find(ITypeSymbol type, AttributeData mark) => new SensitiveParts(mark.AttributeClass!.ContainingAssembly).In(type);

    private static string? First<T>(IEnumerable<T> parts, Func<T, string?> find) => parts.Select(find).FirstOrDefault(way => way is not null);

    private string? In(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => In(array.ElementType),
        _ when !_seen.Add(type) => null,
        ITypeParameterSymbol parameter => First(parameter.ConstraintTypes, In),
        INamedTypeSymbol named => First(MarkedProperties.Of(named, mark => mark.Is(Known.Sensitive)), marked => "." + marked.Property.Name) ??
            First(MarkedProperties.Levels(named), Inside),
        _ => null,
    };

    // Of a list or a tuple it is what it holds that counts; of one's own type what it says that it holds, for a Key<Customer> is
    // no customer. A generic type within itself is not opened again, since a Node<T> may hold a Node<Node<T>>.
    private string? Inside(INamedTypeSymbol type)
    {
        if (!MayHaveMarks(type.ContainingAssembly) || !_open.Add(type.OriginalDefinition))
        {
            return First(type.TypeArguments, In);
        }

        var way = First(type.GetMembers().Where(IsShown), member => In(member is IFieldSymbol field ? field.Type : ((IPropertySymbol)member).Type) is { } rest
            ? $".{member.Name}{rest}"
            : null);
        _open.Remove(type.OriginalDefinition);
        return way;
    }

    private bool MayHaveMarks(IAssemblySymbol assembly) =>
        SymbolEqualityComparer.Default.Equals(assembly, _marks) ||
        assembly.Modules.Any(module => module.ReferencedAssemblies.Any(referenced => referenced.Name == _marks.Name));

    private static bool IsShown(ISymbol member) =>
        member is { IsStatic: false, DeclaredAccessibility: Accessibility.Public } and (IFieldSymbol or IPropertySymbol { IsIndexer: false });
}
