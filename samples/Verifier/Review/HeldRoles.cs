using ImmutableAudit.Privilege;

namespace ImmutableAudit.Verifier.Review;

/// <summary>A role that a subject has.</summary>
/// <param name="Role">The role.</param>
/// <param name="Source">Who asserts it; absent where the policy assigns it.</param>
/// <param name="IsVoid">Whether it counts for nothing, as the subject has another that may not be held together with it.</param>
/// <param name="Permissions">The permissions that its holders have, on anything or on some resources; none of an eligible role.</param>
internal sealed record HeldRole(Role Role, string? Source, bool IsVoid, IReadOnlyList<RolePermission> Permissions)
{
    public bool Holds => !IsVoid && Role.Kind == RoleKind.Standing;

    public string Kind => IsVoid ? "void: separated duties" : Role.Kind == RoleKind.Standing ? "standing" : "eligible";
}

/// <summary>What subjects hold by one policy. Reads the policy by itself, not as the runtime does.</summary>
internal sealed class HeldRoles
{
    private readonly AccessPolicy _policy;
    private readonly Dictionary<string, RolePermission[]> _permissions = new(StringComparer.Ordinal);
    private readonly ILookup<string, RoleAssignment> _persons;

    public HeldRoles(AccessPolicy policy)
    {
        _policy = policy;
        _persons = policy.Assignments.Where(assignment => assignment.Person is not null).ToLookup(assignment => assignment.Person!, StringComparer.Ordinal);
        foreach (var role in policy.Roles)
        {
            _permissions[role.Name] = role.Kind != RoleKind.Standing ? [] :
            [
                .. Closure(role, standing: true).SelectMany(included => included.Permissions)
                    .Where(held => policy.Catalogue.TryGet(held.Permission, out var definition) && !definition.Elevated)
                    .Distinct().OrderBy(held => held.Permission, StringComparer.Ordinal),
            ];
        }
    }

    /// <summary>What the holders of a role have.</summary>
    public IReadOnlyList<RolePermission> PermissionsOf(Role role) => _permissions[role.Name];

    /// <summary>The names of what the holders of a role have, each once.</summary>
    public IReadOnlyList<string> NamesOf(Role role) =>
        [.. PermissionsOf(role).Select(held => held.Permission).Distinct(StringComparer.Ordinal)];

    /// <summary>The roles of a subject that the policy knows: those that it assigns first.</summary>
    public IReadOnlyList<HeldRole> Of(SubjectName name, SubjectSeen? seen)
    {
        _policy.TryGetAssignment(new AuditSubject { Issuer = name.Issuer, Id = name.Id }, out var assignment);
        var named = (assignment?.Roles ?? []).Select(role => (Role: role, Source: default(string)))
            .Concat((seen?.Asserted ?? []).Select(asserted => (asserted.Role, Source: (string?)asserted.Source)));
        var roles = named.Select(held => (Role: Find(held.Role), held.Source)).Where(held => held.Role is not null).ToList();
        var others = new[] { seen?.Person, assignment?.Person }.OfType<string>().Distinct(StringComparer.Ordinal)
            .SelectMany(person => _persons[person]).SelectMany(other => other.Roles).Select(Find);
        var apart = Conflicting(roles.Select(held => held.Role).Concat(others).OfType<Role>());
        return
        [
            .. roles.Select(held => new HeldRole(
                held.Role!,
                held.Source,
                apart.Count > 0 && Closure(held.Role!, standing: false).Any(included => apart.Contains(included.Name)),
                PermissionsOf(held.Role!))),
        ];
    }

    /// <summary>The permissions that somebody with these roles may ask for, or take in an emergency.</summary>
    public IReadOnlyList<string> OnDemand(IReadOnlyList<HeldRole> roles)
    {
        var names = roles.Where(held => !held.IsVoid).SelectMany(held => Closure(held.Role, standing: false)).Select(role => role.Name)
            .ToHashSet(StringComparer.Ordinal);
        return [.. _policy.Elevations.Where(rule => rule.RequestableBy.Concat(rule.BreakGlass?.Roles ?? []).Any(names.Contains)).Select(rule => rule.Permission)];
    }

    /// <summary>The standing role with the fewest permissions that has all of these.</summary>
    public Role? SmallestWith(IReadOnlyCollection<string> permissions) => permissions.Count == 0 ? null : _policy.Roles
        .Where(role => role.Kind == RoleKind.Standing && permissions.All(NamesOf(role).Contains))
        .OrderBy(role => NamesOf(role).Count).ThenBy(role => role.Name, StringComparer.Ordinal).FirstOrDefault();

    private Role? Find(string name) => _policy.TryGetRole(name, out var role) ? role : null;

    private HashSet<string> Conflicting(IEnumerable<Role> roles)
    {
        if (_policy.Separations.Count == 0)
        {
            return [];
        }

        var names = roles.SelectMany(role => Closure(role, standing: false)).Select(role => role.Name).ToHashSet(StringComparer.Ordinal);
        return _policy.Separations.Where(duties => duties.Roles.Count(names.Contains) > 1).SelectMany(duties => duties.Roles).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>A role with all that it includes; for what holders have, neither eligible roles nor what those include.</summary>
    private IEnumerable<Role> Closure(Role role, bool standing)
    {
        var (seen, pending) = (new HashSet<string>(StringComparer.Ordinal), new Stack<Role>([role]));
        while (pending.TryPop(out var next))
        {
            if ((standing && next.Kind != RoleKind.Standing) || !seen.Add(next.Name))
            {
                continue;
            }

            yield return next;
            foreach (var included in next.Includes.Select(Find).OfType<Role>())
            {
                pending.Push(included);
            }
        }
    }
}
