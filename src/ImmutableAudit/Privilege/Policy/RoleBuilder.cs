namespace ImmutableAudit.Privilege;

/// <summary>Says what a role holds. Not thread-safe.</summary>
public sealed class RoleBuilder
{
    private readonly string _name;
    private readonly List<string> _includes = [];
    private readonly List<RolePermission> _permissions = [];
    private RoleKind _kind;
    private bool _approves;

    internal RoleBuilder(string name) => _name = name;

    /// <summary>Holds permissions, on whatever is acted upon.</summary>
    /// <exception cref="AccessPolicyException">A name is malformed.</exception>
    public RoleBuilder Allow(params IEnumerable<string> permissions)
    {
        ArgumentNullException.ThrowIfNull(permissions);
        foreach (var permission in permissions)
        {
            Add(permission, null);
        }

        return this;
    }

    /// <summary>Holds a permission on one resource: <c>.Allow("orders.read", resource: ("order", "4711"))</c>; without id, on all of its type.</summary>
    /// <exception cref="AccessPolicyException">A name is malformed.</exception>
    public RoleBuilder Allow(string permission, (string Type, string? Id) resource) =>
        Add(permission, new AuditResource { Type = resource.Type, Id = resource.Id });

    /// <inheritdoc cref="Allow(string, ValueTuple{string, string?})"/>
    public RoleBuilder Allow(string permission, AuditResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return Add(permission, resource);
    }

    /// <summary>Holds what other roles hold.</summary>
    public RoleBuilder Includes(params IEnumerable<string> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        foreach (var role in roles)
        {
            _includes.Add(At(role, static text => PolicyText.Name(text, "included role")));
        }

        return this;
    }

    /// <summary>Its holders have none of its permissions, but may have the right to ask for some.</summary>
    public RoleBuilder Eligible()
    {
        _kind = RoleKind.Eligible;
        return this;
    }

    /// <summary>Its holders may vote where an elevation rule names it.</summary>
    public RoleBuilder ApprovesElevation()
    {
        _approves = true;
        return this;
    }

    internal Role Build() => new(_name, _kind, _approves, _includes, _permissions);

    private RoleBuilder Add(string permission, AuditResource? resource)
    {
        At(permission, PermissionName.Parse);
        if (resource is not null)
        {
            At(resource.Type, static text => PolicyText.Id(text, "resource type"));
            if (resource.Id is not null)
            {
                At(resource.Id, static text => PolicyText.Id(text, "resource id"));
            }
        }

        _permissions.Add(new RolePermission(permission, resource));
        return this;
    }

    private string At(string text, Func<string, string> check)
    {
        try
        {
            return check(text);
        }
        catch (AccessPolicyException e)
        {
            throw new AccessPolicyException($"Role '{_name}': {e.Message}", e);
        }
    }
}
