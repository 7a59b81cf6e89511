using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>What no guard can stand in front of.</summary>
internal static class Guardability
{
    /// <summary>Why an interface cannot be guarded; null if it can.</summary>
    public static string? Of(INamedTypeSymbol type)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var level = type; level is not null; level = level.ContainingType)
        {
            if (level.IsFileLocal)
            {
                return "the guard is written to another file, which does not see a file-local type";
            }

            if (level.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal)
            {
                return $"the guard stands beside it and does not see '{level.Name}', which is {Text(level.DeclaredAccessibility)}; make it internal or public";
            }

            if (!level.TypeParameters.All(parameter => names.Add(parameter.Name)))
            {
                return $"a type parameter of '{level.Name}' is hidden by one of the same name; rename it";
            }
        }

        return null;
    }

    /// <summary>Why a member cannot stand in a guarded interface, whatever its rule.</summary>
    public static string? OfAny(ISymbol member, Compilation compilation)
    {
        if (member.DeclaredAccessibility is Accessibility.Protected or Accessibility.ProtectedOrInternal or Accessibility.ProtectedAndInternal ||
            !compilation.IsSymbolAccessibleWithin(member, compilation.Assembly))
        {
            return $"it is {Text(member.DeclaredAccessibility)}, so the guard cannot call it";
        }

        switch (member)
        {
            case IMethodSymbol method:
                return method.IsVararg ? "__arglist cannot be handed on" : Pointers(method.Parameters, method.ReturnType);
            case IPropertySymbol property:
                return property.SetMethod is { IsInitOnly: true }
                    ? "an init accessor belongs to construction, which no guard sees; use get, or set"
                    : Pointers(property.Parameters, property.Type);
            case IEventSymbol { Type: INamedTypeSymbol { DelegateInvokeMethod: { } invoke } }:
                return !invoke.ReturnsVoid || invoke.Parameters.Any(parameter => parameter.RefKind == RefKind.Out)
                    ? "its handlers give something back, and the guard would have to choose what; use a delegate that returns void, without out parameters"
                    : Pointers(invoke.Parameters, invoke.ReturnType);
            default:
                return null;
        }
    }

    /// <summary>Why a member cannot be asked for a permission; null if it can.</summary>
    public static string? OfGuarded(ISymbol member, IMethodSymbol method)
    {
        if (member.IsDisposal())
        {
            return "the container disposes it, when no subject is there to hold a permission; use [Unguarded(\"why\", Member = …)]";
        }

        if (method is { MethodKind: MethodKind.PropertyGet, RefKind: RefKind.None } && method.ReturnType.IsTask())
        {
            var type = method.ReturnType.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
            return $"a property cannot wait for its decision; make it a method that returns '{type}'";
        }

        var kind = Known.KindOf(method);
        if (kind == CallKind.Synchronous)
        {
            return null;
        }

        var what = kind == CallKind.Stream ? "stream" : "asynchronous member";
        var byReference = method.Parameters.FirstOrDefault(parameter => parameter.RefKind != RefKind.None);
        if (byReference is not null)
        {
            return $"'{byReference.Name}' is passed by reference, and the decision of an {what} comes later than the call; pass it by value".Replace("an stream", "a stream");
        }

        var refLike = method.Parameters.FirstOrDefault(
            parameter => parameter.Type.IsRefLikeType || parameter.Type is ITypeParameterSymbol { AllowsRefLikeType: true });
        return refLike is null
            ? null
            : $"'{refLike.Name}' is a ref struct, and the decision of an {what} comes later than the call; use Memory<T> or an array".Replace("an stream", "a stream");
    }

    private static string? Pointers(IEnumerable<IParameterSymbol> parameters, ITypeSymbol type) =>
        parameters.Select(parameter => parameter.Type).Append(type).Any(IsPointer) ? "a pointer reaches past any guard; use Memory<T> or Span<T>" : null;

    private static bool IsPointer(ITypeSymbol type) => type switch
    {
        IPointerTypeSymbol or IFunctionPointerTypeSymbol => true,
        IArrayTypeSymbol array => IsPointer(array.ElementType),
        INamedTypeSymbol named => named.TypeArguments.Any(IsPointer),
        _ => false,
    };

    private static string Text(Accessibility accessibility) => accessibility switch
    {
        Accessibility.Private => "private",
        Accessibility.Protected => "protected",
        Accessibility.ProtectedAndInternal => "private protected",
        Accessibility.ProtectedOrInternal => "protected internal",
        _ => "internal to another assembly",
    };
}
