using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>Results that do their work after the call, or hand out the implementation (PRIVILEGE.md P9).</summary>
internal static class Deferral
{
    // Themselves and what derives from them.
    private static readonly (string Namespace, string Name)[] Bases =
    [
        ("System.IO", "Stream"),
        ("System.IO", "TextReader"),
        ("System.IO", "TextWriter"),
        ("System.IO", "BinaryReader"),
        ("System.IO", "BinaryWriter"),
        ("System.IO.Pipelines", "PipeReader"),
        ("System.IO.Pipelines", "PipeWriter"),
        ("System.Data.Common", "DbDataReader"),
        ("System.Threading.Channels", "Channel"),
        ("System.Threading.Channels", "ChannelReader"),
        ("System.Threading.Channels", "ChannelWriter"),
        ("System.Linq", "ParallelQuery"),
        ("System.Net.Http", "HttpContent"),
        ("System.Net.Http", "HttpResponseMessage"),
        ("System", "Lazy"),
    ];

    // Themselves and what implements them.
    private static readonly (string Namespace, string Name)[] Implemented =
    [
        ("System.Collections.Generic", "IAsyncEnumerable"),
        ("System.Linq", "IQueryable"),
        ("System", "IObservable"),
    ];

    // Exactly these: nearly everything implements IEnumerable.
    private static readonly (string Namespace, string Name)[] Interfaces =
    [
        ("System.Collections", "IEnumerable"),
        ("System.Collections", "IEnumerator"),
        ("System.Collections.Generic", "IEnumerable"),
        ("System.Collections.Generic", "IEnumerator"),
        ("System.Collections.Generic", "IAsyncEnumerator"),
        ("System.Linq", "IOrderedEnumerable"),
        ("System.Linq", "IGrouping"),
        ("System.Linq", "ILookup"),
        ("System.Data", "IDataReader"),
        ("System.IO.Pipelines", "IDuplexPipe"),
    ];

    /// <summary>How the result of a member gets around the guard; null if it does not.</summary>
    public static string? Of(IMethodSymbol method, INamedTypeSymbol guarded, Compilation compilation)
    {
        if (method.ReturnsByRef)
        {
            return "hands out a reference that can be written through later";
        }

        return Result(method.ReturnType).Concat(Outwards(method)).SelectMany(Within)
            .Select(type => Of(type, guarded, compilation)).FirstOrDefault(reason => reason is not null);
    }

    /// <summary>Whether a result may be the implementation itself.</summary>
    public static bool HandsOut(IMethodSymbol method, INamedTypeSymbol guarded, Compilation compilation) =>
        Outwards(method).Prepend(method.ReturnType).SelectMany(Within).Any(type => MayBeGuarded(type, guarded, compilation));

    private static IEnumerable<ITypeSymbol> Outwards(IMethodSymbol method) =>
        method.Parameters.Where(parameter => parameter.RefKind is RefKind.Out or RefKind.Ref).Select(parameter => parameter.Type);

    // Tasks and streams are waited for.
    private static ImmutableArray<ITypeSymbol> Result(ITypeSymbol type) =>
        type is INamedTypeSymbol named && (type.IsTask() || type.IsStream()) ? named.TypeArguments : [type];

    private static IEnumerable<INamedTypeSymbol> Within(ITypeSymbol type) =>
        Within(type, new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default)).OfType<INamedTypeSymbol>();

    // A type and those that it is made of; a type parameter is all that it is constrained to be, which may speak of itself.
    private static IEnumerable<ITypeSymbol> Within(ITypeSymbol type, HashSet<ITypeSymbol> seen) => type switch
    {
        IArrayTypeSymbol array => Within(array.ElementType, seen),
        INamedTypeSymbol named => named.TypeArguments.SelectMany(argument => Within(argument, seen)).Prepend(named),
        ITypeParameterSymbol parameter when seen.Add(parameter) =>
            parameter.ConstraintTypes.SelectMany(constraint => Within(constraint, seen)).Prepend(parameter),
        _ => [],
    };

    private static string? Of(INamedTypeSymbol type, INamedTypeSymbol guarded, Compilation compilation)
    {
        var text = type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
        return MayBeGuarded(type, guarded, compilation) ? $"returns '{text}', which may be the implementation itself, without its guard"
            : WorksLater(type) ? $"returns '{text}', which does its work after the call, when nobody checks any more"
            : null;
    }

    private static bool WorksLater(INamedTypeSymbol type) =>
        type.TypeKind == TypeKind.Delegate ||
        type.IsTask() ||
        IsOneOf(Interfaces, type) ||
        type.AllInterfaces.Prepend(type).Any(level => IsOneOf(Implemented, level)) ||
        AndBases(type).Any(level => IsOneOf(Bases, level)) ||
        AndBases(type).Concat(type.AllInterfaces).Any(CanBeAwaited);

    private static bool IsOneOf((string Namespace, string Name)[] types, INamedTypeSymbol type) =>
        Array.Exists(types, known => type.IsNamed(known.Namespace, known.Name));

    private static bool CanBeAwaited(INamedTypeSymbol type) =>
        type.GetMembers("GetAwaiter").OfType<IMethodSymbol>().Any(method => method.Parameters.IsEmpty);

    // The interface, what it is made of, and what is made of it.
    private static bool MayBeGuarded(INamedTypeSymbol type, INamedTypeSymbol guarded, Compilation compilation) =>
        Same(type, guarded) ||
        (type.IsGuarded() && guarded.AllInterfaces.Any(inherited => Same(inherited, type))) ||
        IsForeignBase(type, guarded, compilation) ||
        type.AllInterfaces.Any(inherited => Same(inherited, guarded));

    // Only as what is inherited: a dictionary's keys are no dictionary, though both are IEnumerable<…>. What is nothing but an
    // object, or to be disposed of, is mostly something else.
    private static bool IsForeignBase(INamedTypeSymbol type, INamedTypeSymbol guarded, Compilation compilation) =>
        type.TypeKind == TypeKind.Interface && !type.IsDisposable() &&
        (compilation.HasImplicitConversion(guarded, type) ||
        (IsUpToCaller(type) && guarded.AllInterfaces.Any(inherited => Same(inherited, type))));

    private static bool IsUpToCaller(ITypeSymbol type) =>
        Within(type, new(SymbolEqualityComparer.Default)).Any(part => part is ITypeParameterSymbol { TypeParameterKind: TypeParameterKind.Method });

    private static bool Same(INamedTypeSymbol one, INamedTypeSymbol other) =>
        SymbolEqualityComparer.Default.Equals(one.OriginalDefinition, other.OriginalDefinition);

    private static IEnumerable<INamedTypeSymbol> AndBases(INamedTypeSymbol type)
    {
        for (var level = type; level is not null; level = level.BaseType)
        {
            yield return level;
        }
    }
}
