using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace ImmutableAudit.Privilege;

/// <summary>
/// Who may do what in one application: roles, assignments, separation of duties, elevation rules, and the permissions that
/// there are (PRIVILEGE.md P14). Immutable and thread-safe; made by <see cref="AccessPolicyBuilder"/>.
/// </summary>
/// <remarks>
/// Well-formed, and no role includes itself. Whether its parts fit each other is for <see cref="PolicyValidator"/> to say; a
/// name that leads nowhere gives nobody anything.
/// </remarks>
public sealed class AccessPolicy
{
    private readonly FrozenDictionary<string, Role> _roles;
    private readonly FrozenDictionary<SubjectKey, RoleAssignment> _assignments;
    private readonly FrozenDictionary<string, RoleAssignment[]> _persons;
    private readonly FrozenDictionary<string, ElevationRule> _elevations;
    private readonly FrozenDictionary<SubjectKey, IReadOnlyList<ReadOnlyMemory<byte>>> _voteKeys;

    internal AccessPolicy(
        string application, int version, IEnumerable<Role> roles, IEnumerable<RoleAssignment> assignments,
        IEnumerable<SeparatedDuties> separations, IEnumerable<ElevationRule> elevations, PermissionCatalogue catalogue,
        bool deployUnderGrant, IEnumerable<VoteKey> voteKeys)
    {
        Application = application;
        Version = version;
        Catalogue = catalogue;
        DeployUnderGrant = deployUnderGrant;
        Roles = [.. roles.OrderBy(role => role.Name, StringComparer.Ordinal)];
        Assignments = [.. assignments.OrderBy(assignment => assignment.Issuer, StringComparer.Ordinal).ThenBy(assignment => assignment.Id, StringComparer.Ordinal)];
        Separations = [.. separations.OrderBy(separation => separation.Roles, RoleListOrder.Instance)];
        Elevations = [.. elevations.OrderBy(rule => rule.Permission, StringComparer.Ordinal)];
        _roles = Roles.ToFrozenDictionary(role => role.Name, StringComparer.Ordinal);
        _assignments = Assignments.ToFrozenDictionary(assignment => assignment.Key);
        _persons = Assignments.Where(assignment => assignment.Person is not null)
            .GroupBy(assignment => assignment.Person!, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        _elevations = Elevations.ToFrozenDictionary(rule => rule.Permission, StringComparer.Ordinal);
        VoteKeys =
        [
            .. voteKeys.OrderBy(key => key.Subject.Issuer, StringComparer.Ordinal).ThenBy(key => key.Subject.Id, StringComparer.Ordinal)
                .ThenBy(key => key.Text, StringComparer.Ordinal),
        ];
        _voteKeys = VoteKeys.GroupBy(key => key.Subject)
            .ToFrozenDictionary(group => group.Key, IReadOnlyList<ReadOnlyMemory<byte>> (group) => [.. group.Select(key => key.Spki)]);
    }

    /// <summary>The application that it is for.</summary>
    public string Application { get; }

    /// <summary>Its version, 1 or more; a changed policy has a higher one.</summary>
    public int Version { get; }

    /// <summary>
    /// Whether the next policy takes a grant of <see cref="AuditPermissions.DeployPolicy"/> that names its digest (PRIVILEGE.md P15).
    /// </summary>
    public bool DeployUnderGrant { get; }

    /// <summary>The permissions that there are, each with its attributes.</summary>
    public PermissionCatalogue Catalogue { get; }

    /// <summary>In ordinal order of their names.</summary>
    public IReadOnlyList<Role> Roles { get; }

    /// <summary>One for each subject, in ordinal order of issuer and id.</summary>
    public IReadOnlyList<RoleAssignment> Assignments { get; }

    /// <summary>Roles that nobody may hold together.</summary>
    public IReadOnlyList<SeparatedDuties> Separations { get; }

    /// <summary>One for each permission that can be asked for, in ordinal order.</summary>
    public IReadOnlyList<ElevationRule> Elevations { get; }

    /// <summary>Finds a role by its name.</summary>
    public bool TryGetRole(string name, [NotNullWhen(true)] out Role? role) => _roles.TryGetValue(name, out role);

    /// <summary>What is assigned to a subject, by issuer and id alone.</summary>
    public bool TryGetAssignment(AuditSubject subject, [NotNullWhen(true)] out RoleAssignment? assignment)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return _assignments.TryGetValue(SubjectKey.Of(subject), out assignment);
    }

    /// <summary>How a permission can be asked for.</summary>
    public bool TryGetElevation(string permission, [NotNullWhen(true)] out ElevationRule? rule) => _elevations.TryGetValue(permission, out rule);

    /// <summary>The keys that a subject signs its votes with, each a SubjectPublicKeyInfo on curve P-256; by issuer and id alone.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> VoteKeysOf(AuditSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return _voteKeys.GetValueOrDefault(SubjectKey.Of(subject)) ?? [];
    }

    /// <summary>All keys that votes are signed with, in ordinal order of issuer, id and base64.</summary>
    internal IReadOnlyList<VoteKey> VoteKeys { get; }

    /// <summary>What is assigned to all accounts of a person.</summary>
    internal IReadOnlyList<RoleAssignment> AssignmentsOf(string person) => _persons.GetValueOrDefault(person) ?? [];

    private sealed class RoleListOrder : IComparer<IReadOnlyList<string>>
    {
        public static RoleListOrder Instance { get; } = new();

        public int Compare(IReadOnlyList<string>? x, IReadOnlyList<string>? y)
        {
            for (var i = 0; i < Math.Min(x!.Count, y!.Count); i++)
            {
                if (string.CompareOrdinal(x[i], y[i]) is not 0 and var order)
                    return order;
            }

            return x.Count.CompareTo(y.Count);
        }
    }
}
