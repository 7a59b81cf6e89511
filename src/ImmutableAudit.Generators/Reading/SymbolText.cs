using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ImmutableAudit.Generators;

/// <summary>Symbols as they are written in generated code.</summary>
internal static class SymbolText
{
    private static readonly SymbolDisplayFormat Full = SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(
        SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    // Nullability, trimming, platforms, obsolescence: what an implementation has to repeat or the compiler complains.
    private static readonly HashSet<string> Repeated = new(StringComparer.Ordinal)
    {
        "System.ObsoleteAttribute",
        "System.Diagnostics.CodeAnalysis.AllowNullAttribute",
        "System.Diagnostics.CodeAnalysis.DisallowNullAttribute",
        "System.Diagnostics.CodeAnalysis.DoesNotReturnAttribute",
        "System.Diagnostics.CodeAnalysis.DoesNotReturnIfAttribute",
        "System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembersAttribute",
        "System.Diagnostics.CodeAnalysis.ExperimentalAttribute",
        "System.Diagnostics.CodeAnalysis.MaybeNullAttribute",
        "System.Diagnostics.CodeAnalysis.MaybeNullWhenAttribute",
        "System.Diagnostics.CodeAnalysis.NotNullAttribute",
        "System.Diagnostics.CodeAnalysis.NotNullIfNotNullAttribute",
        "System.Diagnostics.CodeAnalysis.NotNullWhenAttribute",
        "System.Diagnostics.CodeAnalysis.RequiresAssemblyFilesAttribute",
        "System.Diagnostics.CodeAnalysis.RequiresDynamicCodeAttribute",
        "System.Diagnostics.CodeAnalysis.RequiresUnreferencedCodeAttribute",
        "System.Diagnostics.CodeAnalysis.UnscopedRefAttribute",
        "System.Runtime.Versioning.SupportedOSPlatformAttribute",
        "System.Runtime.Versioning.UnsupportedOSPlatformAttribute",
    };

    public static string Type(ITypeSymbol type) => type.ToDisplayString(Full);

    public static string Namespace(INamespaceSymbol symbol) =>
        symbol.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted));

    /// <summary>A name, escaped where a keyword, or what is one in some places, would be misread.</summary>
    public static string Name(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None ||
        (name != "value" && SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None)
            ? "@" + name
            : name;

    /// <summary>The attributes that an implementation repeats.</summary>
    public static EquatableArray<string> Attributes(IEnumerable<AttributeData> attributes, string target = "") =>
        attributes.Where(IsRepeated).Select(attribute => $"[{target}{Attribute(attribute)}]").ToEquatable();

    public static ParameterModel Parameter(IParameterSymbol parameter)
    {
        var name = Name(parameter.Name);
        var modifier = parameter.RefKind switch
        {
            RefKind.Ref => "ref ",
            RefKind.Out => "out ",
            RefKind.In => "in ",
            RefKind.RefReadOnlyParameter => "ref readonly ",
            _ => "",
        };
        var handed = parameter.RefKind switch
        {
            RefKind.Ref => "ref " + name,
            RefKind.Out => "out " + name,
            RefKind.In or RefKind.RefReadOnlyParameter => "in " + name,
            _ when parameter.Type.TypeKind == TypeKind.Dynamic => $"(object){name}!",
            _ => name,
        };
        var scoped = parameter switch
        {
            { IsParams: true } or { RefKind: RefKind.Out } => "",
            { ScopedKind: ScopedKind.None } => "",
            _ => "scoped ",
        };
        var @params = parameter.IsParams ? "params " : "";
        return new($"{Inline(parameter.GetAttributes())}{scoped}{@params}{modifier}{Type(parameter.Type)} {name}", handed, name);
    }

    /// <summary>A type parameter with the attributes that are repeated.</summary>
    public static string TypeParameter(ITypeParameterSymbol parameter) => Inline(parameter.GetAttributes()) + Name(parameter.Name);

    /// <summary>All that is asked of a class's type parameter.</summary>
    public static string? Constraints(ITypeParameterSymbol parameter)
    {
        var parts = new List<string>();
        if (parameter.HasReferenceTypeConstraint)
        {
            parts.Add(parameter.ReferenceTypeConstraintNullableAnnotation == NullableAnnotation.Annotated ? "class?" : "class");
        }

        if (parameter.HasUnmanagedTypeConstraint)
        {
            parts.Add("unmanaged");
        }
        else if (parameter.HasValueTypeConstraint)
        {
            parts.Add("struct");
        }

        if (parameter.HasNotNullConstraint)
        {
            parts.Add("notnull");
        }

        parts.AddRange(parameter.ConstraintTypes.Select(Type));
        if (parameter.HasConstructorConstraint)
        {
            parts.Add("new()");
        }

        if (parameter.AllowsRefLikeType)
        {
            parts.Add("allows ref struct");
        }

        return parts.Count == 0 ? null : $"where {Name(parameter.Name)} : {string.Join(", ", parts)}";
    }

    /// <summary>
    /// Constraints of an explicitly implemented method are inherited; but where <c>T?</c> is written, it must be said what it means.
    /// </summary>
    public static IEnumerable<string> InheritedConstraints(IMethodSymbol method)
    {
        foreach (var parameter in method.TypeParameters)
        {
            if (parameter.IsValueType || !Types(method).Any(type => MayBeNull(type, parameter)))
            {
                continue;
            }

            yield return $"where {Name(parameter.Name)} : {(parameter.IsReferenceType ? "class" : "default")}";
        }
    }

    private static IEnumerable<ITypeSymbol> Types(IMethodSymbol method) =>
        method.Parameters.Select(parameter => parameter.Type).Append(method.ReturnType);

    private static bool MayBeNull(ITypeSymbol type, ITypeParameterSymbol parameter) => type switch
    {
        ITypeParameterSymbol => SymbolEqualityComparer.Default.Equals(type, parameter) && type.NullableAnnotation == NullableAnnotation.Annotated,
        IArrayTypeSymbol array => MayBeNull(array.ElementType, parameter),
        INamedTypeSymbol named => named.TypeArguments.Any(argument => MayBeNull(argument, parameter)) ||
            (named.ContainingType is { } outer && MayBeNull(outer, parameter)),
        _ => false,
    };

    private static string Inline(IEnumerable<AttributeData> attributes)
    {
        var texts = Attributes(attributes);
        return texts.Count == 0 ? "" : string.Concat(texts) + " ";
    }

    private static bool IsRepeated(AttributeData attribute) =>
        attribute.AttributeClass is { } type && Repeated.Contains($"{type.ContainingNamespace.ToDisplayString()}.{type.Name}");

    private static string Attribute(AttributeData attribute)
    {
        // Only that it is obsolete: nobody reads why on a generated class.
        var arguments = attribute.AttributeClass!.Name == "ObsoleteAttribute"
            ? []
            : attribute.ConstructorArguments.Select(Constant).Concat(attribute.NamedArguments.Select(named => $"{named.Key} = {Constant(named.Value)}")).ToList();
        var name = Type(attribute.AttributeClass);
        name = name.Substring(0, name.Length - "Attribute".Length);
        return arguments.Count == 0 ? name : $"{name}({string.Join(", ", arguments)})";
    }

    private static string Constant(TypedConstant constant) => constant.Kind == TypedConstantKind.Enum
        ? $"({Type(constant.Type!)})({constant.Value})"
        : constant.ToCSharpString();
}
