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
    public static string? Of(IMethodSymbol method, INamedTypeSymbol guarded)
    {
        if (method.ReturnsByRef)
        {
            return "hands out a reference that can be written through later";
        }

        return Outwards(method).Select(type => Of(type, guarded)).Prepend(Result(method.ReturnType, guarded)).FirstOrDefault(reason => reason is not null);
    }

    /// <summary>Whether a result may be the implementation itself.</summary>
    public static bool HandsOut(IMethodSymbol method, INamedTypeSymbol guarded) =>
        Outwards(method).Prepend(method.ReturnType).Any(type => HandsOut(type, guarded));

    private static IEnumerable<ITypeSymbol> Outwards(IMethodSymbol method) =>
        method.Parameters.Where(parameter => parameter.RefKind is RefKind.Out or RefKind.Ref).Select(parameter => parameter.Type);

    private static bool HandsOut(ITypeSymbol type, INamedTypeSymbol guarded) => type switch
    {
        IArrayTypeSymbol array => HandsOut(array.ElementType, guarded),
        INamedTypeSymbol named => IsGuardedType(named, guarded) || named.TypeArguments.Any(argument => HandsOut(argument, guarded)),
        _ => false,
    };

    private static string? Result(ITypeSymbol type, INamedTypeSymbol guarded) => type is INamedTypeSymbol named && (type.IsTask() || type.IsStream())
        ? named.TypeArguments.Select(argument => Of(argument, guarded)).FirstOrDefault(reason => reason is not null)
        : Of(type, guarded);

    private static string? Of(ITypeSymbol type, INamedTypeSymbol guarded)
    {
        if (type is IArrayTypeSymbol array)
        {
            return Of(array.ElementType, guarded);
        }

        if (type is not INamedTypeSymbol named)
        {
            return null;
        }

        var text = type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
        if (IsGuardedType(named, guarded))
        {
            return $"returns '{text}', which may be the implementation itself, without its guard";
        }

        return WorksLater(named)
            ? $"returns '{text}', which does its work after the call, when nobody checks any more"
            : named.TypeArguments.Select(argument => Of(argument, guarded)).FirstOrDefault(reason => reason is not null);
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
    private static bool IsGuardedType(INamedTypeSymbol type, INamedTypeSymbol guarded) =>
        Same(type, guarded) ||
        (type.IsGuarded() && guarded.AllInterfaces.Any(inherited => Same(inherited, type))) ||
        type.AllInterfaces.Any(inherited => Same(inherited, guarded));

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
