using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>The attributes, and types that are treated specially, by name.</summary>
internal static class Known
{
    public const string Guarded = "GuardedAttribute";
    public const string RequirePermission = "RequirePermissionAttribute";
    public const string Unguarded = "UnguardedAttribute";
    public const string Resource = "ResourceAttribute";
    public const string Audited = "AuditedAttribute";
    public const string Sensitive = "SensitiveAttribute";
    public const string Namespace = "ImmutableAudit.Privilege";

    public static bool Is(this AttributeData attribute, string name) => attribute.AttributeClass is { } type && type.IsNamed(Namespace, name);

    public static bool Has(this ISymbol symbol, string attribute) => symbol.GetAttributes().Any(data => data.Is(attribute));

    public static bool IsGuarded(this ITypeSymbol type) => type.TypeKind == TypeKind.Interface && type.OriginalDefinition.Has(Guarded);

    /// <summary>Whether a type has this namespace and name, whatever its type parameters.</summary>
    public static bool IsNamed(this ITypeSymbol type, string @namespace, string name) =>
        type.Name == name && type.ContainingType is null && InNamespace(type.ContainingNamespace, @namespace);

    public static bool IsTask(this ITypeSymbol type) =>
        type.IsNamed("System.Threading.Tasks", "Task") || type.IsNamed("System.Threading.Tasks", "ValueTask");

    public static bool IsStream(this ITypeSymbol type) => type.IsNamed("System.Collections.Generic", "IAsyncEnumerable");

    public static bool IsToken(this ITypeSymbol type) => type.IsNamed("System.Threading", "CancellationToken");

    /// <summary>How a call of this method is guarded. No accessor is asynchronous, but a getter may give a stream.</summary>
    public static CallKind KindOf(IMethodSymbol method) => method switch
    {
        { ReturnsByRef: true } or { ReturnsByRefReadonly: true } => CallKind.Synchronous,
        { MethodKind: MethodKind.Ordinary } when method.ReturnType.IsTask() => CallKind.Asynchronous,
        { MethodKind: MethodKind.Ordinary or MethodKind.PropertyGet } when method.ReturnType.IsStream() => CallKind.Stream,
        _ => CallKind.Synchronous,
    };

    /// <summary>The parameter whose place the call's own token takes: the last one.</summary>
    public static IParameterSymbol? TokenOf(IMethodSymbol method) =>
        method.MethodKind == MethodKind.Ordinary
            ? method.Parameters.LastOrDefault(parameter => parameter.RefKind == RefKind.None && parameter.Type.IsToken())
            : null;

    /// <summary>Disposing is the container's, and goes to the guard's target.</summary>
    public static bool IsDisposal(this ISymbol member) =>
        member is IMethodSymbol && member.ContainingType.IsDisposable();

    public static bool IsDisposable(this ITypeSymbol type) => type.IsNamed("System", "IDisposable") || type.IsNamed("System", "IAsyncDisposable");

    public static string? Text(this AttributeData attribute) =>
        attribute.ConstructorArguments.Length == 1 ? attribute.ConstructorArguments[0].Value as string : null;

    public static object? Named(this AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value.Value;

    private static bool InNamespace(INamespaceSymbol? symbol, string name)
    {
        foreach (var part in Enumerable.Reverse(name.Split('.')))
        {
            if (symbol is null || symbol.Name != part)
            {
                return false;
            }

            symbol = symbol.ContainingNamespace;
        }

        return symbol is { IsGlobalNamespace: true };
    }
}
