namespace ImmutableAudit.Privilege;

/// <summary>Whether a role's holders have its permissions.</summary>
public enum RoleKind
{
    /// <summary>Who is assigned to it has its permissions, but for elevated ones.</summary>
    Standing,

    /// <summary>Who is assigned to it has none of its permissions, but may have the right to ask for some.</summary>
    Eligible,
}

/// <summary>A permission that a role holds. Immutable.</summary>
/// <param name="Permission">The permission.</param>
/// <param name="Resource">
/// The only resource that it is held on; without id, all of this type; absent, whatever is acted upon.
/// </param>
public sealed record RolePermission(string Permission, AuditResource? Resource = null);

/// <summary>A named set of permissions. Immutable and thread-safe.</summary>
public sealed class Role
{
    internal Role(
        string name, RoleKind kind, bool approvesElevation, IEnumerable<string> includes, IEnumerable<RolePermission> permissions)
    {
        Name = name;
        Kind = kind;
        ApprovesElevation = approvesElevation;
        Includes = [.. includes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Permissions = [.. permissions.Distinct().OrderBy(permission => permission.Permission, StringComparer.Ordinal)
            .ThenBy(permission => permission.Resource?.Type, StringComparer.Ordinal)
            .ThenBy(permission => permission.Resource?.Id, StringComparer.Ordinal)];
    }

    /// <summary>Its name, compared ordinally.</summary>
    public string Name { get; }

    /// <summary>Whether its holders have its permissions.</summary>
    public RoleKind Kind { get; }

    /// <summary>Whether its holders may vote where an elevation rule names it.</summary>
    public bool ApprovesElevation { get; }

    /// <summary>The roles whose permissions it has, too; of eligible ones it has none.</summary>
    public IReadOnlyList<string> Includes { get; }

    /// <summary>Its own permissions.</summary>
    public IReadOnlyList<RolePermission> Permissions { get; }
}
