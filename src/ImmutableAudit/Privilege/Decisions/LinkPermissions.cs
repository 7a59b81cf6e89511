namespace ImmutableAudit.Privilege;

/// <summary>What one link of a chain of subjects may by its roles. Immutable and thread-safe.</summary>
internal sealed class LinkPermissions
{
    private readonly CompiledPolicy _policy;
    private readonly (AuditRole Held, CompiledRole Role)[] _roles;
    private readonly Dictionary<int, List<AuditResource>> _scopes = [];
    private readonly DutyConflicts _conflicts;

    public LinkPermissions(CompiledPolicy policy, AccessSubject subject, int link)
    {
        _policy = policy;
        Subject = subject.Identity;
        Key = SubjectKey.Of(Subject);
        _roles = [.. Known(policy, subject, link)];
        Roles = [.. _roles.Select(role => role.Held)];
        _conflicts = DutyConflicts.Of(policy, Subject, [.. _roles.Select(role => role.Role)]);
        Unscoped = new ulong[(policy.PermissionCount + 63) / 64];
        var seen = new bool[policy.RoleCount];
        foreach (var role in Effective().SelectMany(held => held.Role.Closure(seen, standing: true)))
        {
            Add(role);
        }
    }

    public AuditSubject Subject { get; }

    public SubjectKey Key { get; }

    public IReadOnlyList<AuditRole> Roles { get; }

    /// <summary>A bit for each permission that is held on whatever is acted upon.</summary>
    public ulong[] Unscoped { get; }

    public bool Allows(int permission, string? type, string? id)
    {
        if ((Unscoped[permission >> 6] >> permission & 1) != 0)
            return true;

        if (!_scopes.TryGetValue(permission, out var scopes))
            return false;

        foreach (var scope in scopes)
        {
            if (ResourceScope.Covers(scope, type, id))
                return true;
        }

        return false;
    }

    public bool IsScoped(int permission) => _scopes.ContainsKey(permission);

    /// <summary>Roles that would hold the permission, if they were not in conflict with others.</summary>
    public SeparatedDuties? ConflictAbout(int permission) =>
        _conflicts.Any && _roles.Any(role => _conflicts.Concern(role.Role) && role.Role.Closure(new bool[_policy.RoleCount], standing: true)
            .Any(included => included.Unscoped.Contains(permission) || included.Scoped.Any(scoped => scoped.Permission == permission)))
            ? _conflicts.First
            : null;

    /// <summary>Whether it has a role, or one that includes it; none that is in conflict with another counts.</summary>
    /// <param name="name">The role.</param>
    /// <param name="standing">Whether eligible roles count for nothing.</param>
    public bool HasRole(string name, bool standing)
    {
        var seen = new bool[_policy.RoleCount];
        return Effective().Any(held => held.Role.Closure(seen, standing).Any(role => role.Role.Name == name));
    }

    /// <summary>Which of its roles the permission comes from: the policy's own first.</summary>
    public LinkDecision Explain(int permission, AuditResource? resource)
    {
        foreach (var (held, role) in _roles)
        {
            if (_conflicts.Concern(role))
                continue;

            if (role.IsStanding && role.Holds(permission, resource, out var ownScope))
                return new LinkDecision(Subject, Roles) { Role = held, Holder = role.Role.Name, Scope = ownScope };

            foreach (var holder in role.Closure(new bool[_policy.RoleCount], standing: true))
            {
                if (holder.Holds(permission, resource, out var scope))
                    return new LinkDecision(Subject, Roles) { Role = held, Holder = holder.Role.Name, Scope = scope };
            }
        }

        throw new InvalidOperationException("A permission is held that no role holds.");
    }

    private static IEnumerable<(AuditRole, CompiledRole)> Known(CompiledPolicy policy, AccessSubject subject, int link)
    {
        var assigned = policy.Policy.TryGetAssignment(subject.Identity, out var assignment) ? assignment.Roles : [];
        var asserted = subject.Roles.Distinct().OrderBy(role => role.Name, StringComparer.Ordinal).ThenBy(role => role.Source, StringComparer.Ordinal);
        return from held in assigned.Select(role => new AuditRole { Role = role, Link = link })
                   .Concat(asserted.Select(role => new AuditRole { Role = role.Name, Source = role.Source, Link = link }))
               let role = policy.Role(held.Role)
               where role is not null
               select (held, role);
    }

    private IEnumerable<(AuditRole Held, CompiledRole Role)> Effective() => _roles.Where(role => !_conflicts.Concern(role.Role));

    private void Add(CompiledRole role)
    {
        foreach (var permission in role.Unscoped)
        {
            Unscoped[permission >> 6] |= 1UL << permission;
        }

        foreach (var (permission, scope) in role.Scoped)
        {
            if (!_scopes.TryGetValue(permission, out var scopes))
            {
                _scopes[permission] = scopes = [];
            }

            scopes.Add(scope);
        }
    }
}
