using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>How members are named on record: <c>IOrders.RefundAsync</c>, <c>IOrders.Limit.get</c>.</summary>
internal static class RecordName
{
    public static string Of(ISymbol member, IMethodSymbol? accessor) => Of(member.ContainingType, member, accessor);

    public static string Of(INamedTypeSymbol type, ISymbol member, IMethodSymbol? accessor) =>
        $"{Type(type)}.{Short(member)}{(accessor is null ? "" : "." + Accessor(accessor))}";

    public static string Type(INamedTypeSymbol type) =>
        type.ContainingType is null ? type.Name : $"{Type(type.ContainingType)}.{type.Name}";

    public static string Short(ISymbol member) => member is IPropertySymbol { IsIndexer: true } ? member.MetadataName : member.Name;

    public static string Accessor(IMethodSymbol accessor) => accessor.MethodKind switch
    {
        MethodKind.PropertyGet => "get",
        MethodKind.PropertySet => "set",
        MethodKind.EventAdd => "add",
        _ => accessor.Name,
    };
}
