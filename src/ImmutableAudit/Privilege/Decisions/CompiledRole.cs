namespace ImmutableAudit.Privilege;

/// <summary>A role with what it holds by index. Immutable once linked.</summary>
internal sealed class CompiledRole
{
    private readonly int[] _unscoped;
    private readonly (int Permission, AuditResource Scope)[] _scoped;
    private CompiledRole[] _includes = [];

    public CompiledRole(Role role, int number, Func<string, int> standing)
    {
        Role = role;
        Number = number;
        var permissions = role.Permissions.Select(held => (Index: standing(held.Permission), held.Resource))
            .Where(held => held.Index >= 0).ToList();
        _unscoped = [.. permissions.Where(held => held.Resource is null).Select(held => held.Index).Order()];
        _scoped = [.. permissions.Where(held => held.Resource is not null).Select(held => (held.Index, held.Resource!))];
    }

    public Role Role { get; }

    /// <summary>Its place in the policy.</summary>
    public int Number { get; }

    public bool IsStanding => Role.Kind == RoleKind.Standing;

    public IReadOnlyList<int> Unscoped => _unscoped;

    public IReadOnlyList<(int Permission, AuditResource Scope)> Scoped => _scoped;

    public void Link(IReadOnlyDictionary<string, CompiledRole> roles) =>
        _includes = [.. Role.Includes.Select(roles.GetValueOrDefault).OfType<CompiledRole>()];

    /// <summary>Whether it holds a permission on a resource by itself, and limited to what.</summary>
    public bool Holds(int permission, AuditResource? resource, out AuditResource? scope)
    {
        scope = null;
        if (Array.BinarySearch(_unscoped, permission) >= 0)
            return true;

        foreach (var held in _scoped)
        {
            if (held.Permission == permission && ResourceScope.Covers(held.Scope, resource?.Type, resource?.Id))
            {
                scope = held.Scope;
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Itself and all that it includes, each once, in the order in which they are met; passes over those that were seen before.
    /// Without recursion: nothing bounds how deep a policy nests.
    /// </summary>
    /// <param name="seen">By number.</param>
    /// <param name="standing">Only what makes holders have permissions: neither an eligible role nor what it includes.</param>
    public IEnumerable<CompiledRole> Closure(bool[] seen, bool standing)
    {
        var pending = new Stack<CompiledRole>([this]);
        while (pending.TryPop(out var role))
        {
            if (seen[role.Number] || (standing && !role.IsStanding))
                continue;

            seen[role.Number] = true;
            yield return role;
            for (var i = role._includes.Length - 1; i >= 0; i--)
            {
                pending.Push(role._includes[i]);
            }
        }
    }
}
