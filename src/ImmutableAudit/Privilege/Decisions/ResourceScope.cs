namespace ImmutableAudit.Privilege;

/// <summary>What a permission or a grant is limited to.</summary>
internal static class ResourceScope
{
    /// <summary>
    /// Whether what is limited to a scope holds on a resource: without a scope on anything, otherwise on the same type and, where
    /// the scope has one, the same id, both compared ordinally. Nothing that is limited holds where no resource is named.
    /// </summary>
    public static bool Covers(AuditResource? scope, string? type, string? id) =>
        scope is null || (type is not null && scope.Type == type && (scope.Id is null || scope.Id == id));

    public static string Describe(AuditResource? resource) =>
        resource is null ? "where no resource is named"
        : resource.Id is null ? $"on every '{Printable.Of(resource.Type)}'"
        : $"on {Printable.Of(resource.Type)} '{Printable.Of(resource.Id)}'";
}
