namespace ImmutableAudit.Privilege;

/// <summary>Who holds what under a policy, as far as the policy alone says. For one validation; not thread-safe.</summary>
internal sealed class PolicyAnalysis
{
    /// <summary>Nobody reads more suggestions, and each costs a comparison with every name.</summary>
    private const int MostSuggestions = 50;

    private readonly Dictionary<string, List<Role>> _includedBy = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Role, bool Standing, bool WithKey), IReadOnlySet<string>> _persons = [];
    private readonly HashSet<SubjectKey> _withKey;
    private int _suggestions;

    public PolicyAnalysis(AccessPolicy policy, PermissionCatalogue catalogue, bool rolesFromElsewhere)
    {
        Policy = policy;
        Catalogue = catalogue;
        RolesFromElsewhere = rolesFromElsewhere;
        _withKey = [.. policy.VoteKeys.Select(key => key.Subject)];
        foreach (var role in policy.Roles)
        {
            foreach (var included in role.Includes)
            {
                if (!_includedBy.TryGetValue(included, out var by))
                {
                    _includedBy[included] = by = [];
                }

                by.Add(role);
            }
        }
    }

    public AccessPolicy Policy { get; }

    public PermissionCatalogue Catalogue { get; }

    public bool RolesFromElsewhere { get; }

    /// <summary>Whether the next policy takes a grant that nobody can ask for.</summary>
    public bool LacksDeployRule => Policy.DeployUnderGrant && !Policy.TryGetElevation(AuditPermissions.DeployPolicy, out _);

    public bool IsKnown(string permission) => Catalogue.Contains(permission) || Policy.Catalogue.Contains(permission);

    /// <summary>Elevated, if either catalogue says so.</summary>
    public bool IsElevated(string permission) =>
        (Catalogue.TryGet(permission, out var definition) && definition.Elevated)
        || (Policy.Catalogue.TryGet(permission, out definition) && definition.Elevated);

    /// <summary>Roles with all that they include; only what makes holders have permissions, where asked for.</summary>
    public IReadOnlyCollection<Role> Closure(IEnumerable<string> names, bool standing)
    {
        var found = new Dictionary<string, Role>(StringComparer.Ordinal);
        var pending = new Stack<string>(names);
        while (pending.TryPop(out var name))
        {
            if (!Policy.TryGetRole(name, out var role) || (standing && role.Kind == RoleKind.Eligible) || !found.TryAdd(name, role))
                continue;

            foreach (var included in role.Includes)
            {
                pending.Push(included);
            }
        }

        return found.Values;
    }

    /// <summary>The persons who hold a role, assigned to it or to one that includes it; accounts of no known person count for themselves.</summary>
    /// <param name="name">The role.</param>
    /// <param name="standing">Only by roles that make holders have permissions.</param>
    /// <param name="withKey">Only by accounts that have a vote key.</param>
    public IReadOnlySet<string> PersonsWith(string name, bool standing, bool withKey = false)
    {
        if (!_persons.TryGetValue((name, standing, withKey), out var persons))
        {
            _persons[(name, standing, withKey)] = persons = FindPersonsWith(name, standing, withKey);
        }

        return persons;
    }

    /// <summary>The persons who hold any of some roles, of whatever kind.</summary>
    public IReadOnlySet<string> PersonsWithAny(IEnumerable<string> names) =>
        names.SelectMany(name => PersonsWith(name, standing: false)).ToHashSet(StringComparer.Ordinal);

    /// <summary>The person behind a subject that may have no assignment.</summary>
    public string PersonOf(SubjectKey subject) => Policy.TryGetAssignment(new AuditSubject { Issuer = subject.Issuer, Id = subject.Id }, out var assignment)
        ? PersonOf(assignment)
        : $"s{subject.Issuer}\0{subject.Id}";

    /// <summary>One text for one human, as far as is known.</summary>
    public static string PersonOf(RoleAssignment assignment) => assignment.Person is { } person ? "p" + person : $"s{assignment.Issuer}\0{assignment.Id}";

    /// <summary>The end of a message about a name that leads nowhere.</summary>
    public string DidYouMean(string name, IEnumerable<string> names) =>
        ++_suggestions <= MostSuggestions && SimilarName.Find(name, names) is { } similar ? $" Did you mean '{similar}'?" : "";

    public string DidYouMeanRole(string name) => DidYouMean(name, Policy.Roles.Select(role => role.Name));

    public string DidYouMeanPermission(string name) =>
        DidYouMean(name, Catalogue.Concat(Policy.Catalogue).Select(definition => definition.Permission));

    public static PolicyFinding Error(string id, string message) => new(id, FindingSeverity.Error, message);

    public static PolicyFinding Warning(string id, string message) => new(id, FindingSeverity.Warning, message);

    private HashSet<string> FindPersonsWith(string name, bool standing, bool withKey)
    {
        var roles = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<Role>();
        if (Policy.TryGetRole(name, out var role))
        {
            pending.Push(role);
        }

        while (pending.TryPop(out role))
        {
            if ((standing && role.Kind == RoleKind.Eligible) || !roles.Add(role.Name))
                continue;

            foreach (var by in _includedBy.GetValueOrDefault(role.Name) ?? [])
            {
                pending.Push(by);
            }
        }

        return Policy.Assignments.Where(assignment => (!withKey || _withKey.Contains(assignment.Key)) && assignment.Roles.Any(roles.Contains))
            .Select(PersonOf).ToHashSet(StringComparer.Ordinal);
    }
}
