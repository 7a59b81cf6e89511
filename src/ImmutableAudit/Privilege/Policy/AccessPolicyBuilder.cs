namespace ImmutableAudit.Privilege;

/// <summary>Puts an <see cref="AccessPolicy"/> together. Not thread-safe.</summary>
/// <example>
/// <code>
/// policy
///     .Version(3)
///     .Role("support", role => role.Allow(Permissions.OrdersRead))
///     .Role("lead", role => role.Includes("support").Allow(Permissions.OrdersRefund))
///     .Role("security", role => role.ApprovesElevation())
///     .Elevation(Permissions.OrdersPurge, rule => rule
///         .RequestableBy("lead").ApprovedBy("security", quorum: 2).MaxDuration(TimeSpan.FromMinutes(30)))
///     .Assign("alice", "lead")
/// </code>
/// </example>
public sealed class AccessPolicyBuilder
{
    private static readonly PermissionDefinition DeployPolicy = new(AuditPermissions.DeployPolicy, elevated: true);

    private readonly Dictionary<string, Role> _roles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ElevationRule> _elevations = new(StringComparer.Ordinal);
    private readonly Dictionary<SubjectKey, (string? Person, List<string> Roles)> _assignments = [];
    private readonly Dictionary<string, SeparatedDuties> _separations = new(StringComparer.Ordinal);
    private readonly List<(PermissionDefinition Definition, string Place)> _permissions = [];
    private readonly Dictionary<(SubjectKey Subject, string Text), VoteKey> _voteKeys = [];
    private int? _version;
    private bool _deployUnderGrant;

    internal string? ApplicationName { get; private set; }

    /// <summary>Names the application that the policy is for; a host's own name where it is not said.</summary>
    /// <exception cref="AccessPolicyException">The name is blank, too long, or does not show.</exception>
    public AccessPolicyBuilder Application(string name)
    {
        ApplicationName = PolicyText.Name(name, "application");
        return this;
    }

    /// <summary>Says the policy's version. Whoever changes the policy raises it (PRIVILEGE.md P15).</summary>
    /// <exception cref="AccessPolicyException">It is less than 1.</exception>
    public AccessPolicyBuilder Version(int version)
    {
        _version = version >= 1 ? version : throw new AccessPolicyException($"The policy has the version {version}. Versions begin with 1.");
        return this;
    }

    /// <summary>Defines a role.</summary>
    /// <exception cref="AccessPolicyException">Its name is malformed or taken, or it allows something malformed.</exception>
    public AccessPolicyBuilder Role(string name, Action<RoleBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new RoleBuilder(PolicyText.Name(name, "role"));
        configure(builder);
        return _roles.TryAdd(name, builder.Build())
            ? this
            : throw new AccessPolicyException($"The role '{name}' is defined twice. Define it once, with all that it allows.");
    }

    /// <summary>Says how a permission can be asked for.</summary>
    /// <exception cref="AccessPolicyException">The permission is malformed or has a rule already, or the rule is malformed.</exception>
    public AccessPolicyBuilder Elevation(string permission, Action<ElevationRuleBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new ElevationRuleBuilder(PermissionName.Parse(permission));
        configure(builder);
        return _elevations.TryAdd(permission, builder.Build())
            ? this
            : throw new AccessPolicyException($"The permission '{permission}' has two elevation rules. Make them one.");
    }

    /// <summary>Says how each of several permissions can be asked for, the same of each.</summary>
    /// <exception cref="AccessPolicyException">
    /// None is named, a permission is malformed or has a rule already, or the rule is malformed.
    /// </exception>
    public AccessPolicyBuilder Elevation(IEnumerable<string> permissions, Action<ElevationRuleBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(permissions);
        var any = false;
        foreach (var permission in permissions)
        {
            Elevation(permission, configure);
            any = true;
        }

        return any ? this : throw new AccessPolicyException("An elevation rule names no permission. Name those that it is of.");
    }

    /// <summary>Assigns a role to a subject.</summary>
    /// <param name="id">The subject's stable name at its issuer; opaque, no mail address: the log keeps it for ever.</param>
    /// <param name="role">The role.</param>
    /// <param name="issuer">Who vouches for the id; absent where there is only one.</param>
    /// <exception cref="AccessPolicyException">Something is blank or malformed.</exception>
    public AccessPolicyBuilder Assign(string id, string role, string? issuer = null) => Assign(id, issuer, null, role);

    /// <summary>Assigns a role to a subject by its issuer and id, and notes the person behind it.</summary>
    /// <exception cref="AccessPolicyException">
    /// Something is blank or malformed, the subject acts for another, or it was said to be another person.
    /// </exception>
    public AccessPolicyBuilder Assign(AuditSubject subject, string role)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (subject.OnBehalfOf is not null)
        {
            throw new AccessPolicyException(
                $"The role '{Printable.Of(role)}' is assigned to '{Printable.Of(subject.Id)}' on behalf of another. Assign it to each alone: a "
                + "delegated call needs the permission at every link.");
        }

        return Assign(subject.Id, subject.Issuer, subject.Person, role);
    }

    /// <summary>Nobody may hold more than one of these roles, whether by one account or by several of the same person.</summary>
    /// <exception cref="AccessPolicyException">Fewer than two roles are named.</exception>
    public AccessPolicyBuilder SeparateDuties(params IEnumerable<string> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        var separation = new SeparatedDuties(roles.Select(role => PolicyText.Name(role, "role of separated duties")));
        if (separation.Roles.Count < 2)
        {
            throw new AccessPolicyException("Separated duties name fewer than two roles. Name those that nobody may hold together.");
        }

        // No name has a control character.
        _separations.TryAdd(string.Join('\0', separation.Roles), separation);
        return this;
    }

    /// <summary>
    /// The next policy takes a grant of <see cref="AuditPermissions.DeployPolicy"/> that names its digest, by an elevation rule of
    /// this one (PRIVILEGE.md P15).
    /// </summary>
    public AccessPolicyBuilder DeployUnderGrant()
    {
        _deployUnderGrant = true;
        return this;
    }

    /// <summary>Names a key that a subject signs its votes with; it may have several.</summary>
    /// <param name="subject">The subject, by issuer and id alone.</param>
    /// <param name="subjectPublicKeyInfo">Its public key on curve P-256, as <c>ECDsa.ExportSubjectPublicKeyInfo</c> writes it.</param>
    /// <exception cref="AccessPolicyException">
    /// Issuer or id is blank or malformed, the subject acts for another, or the bytes are no such key; says what they are.
    /// </exception>
    public AccessPolicyBuilder VoteKey(AuditSubject subject, ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        ArgumentNullException.ThrowIfNull(subject);
        PolicyText.Id(subject.Id, "subject that has a vote key");
        if (subject.Issuer is not null)
        {
            PolicyText.Id(subject.Issuer, $"issuer of '{Printable.Of(subject.Id)}'");
        }

        if (subject.OnBehalfOf is not null)
        {
            throw new AccessPolicyException($"A vote key is named of '{Printable.Of(subject.Id)}' on behalf of another. Name it of the one who signs, alone.");
        }

        var key = Privilege.VoteKey.Of(SubjectKey.Of(subject), subjectPublicKeyInfo);
        _voteKeys[(key.Subject, key.Text)] = key;
        return this;
    }

    /// <summary>Defines a permission that is asked for by hand, beside those that guarded interfaces name.</summary>
    /// <exception cref="AccessPolicyException">It is malformed.</exception>
    public AccessPolicyBuilder Permission(
        string permission, bool elevated = false, AuditLevel auditLevel = AuditLevel.DecisionAndOutcome)
    {
        _permissions.Add((new PermissionDefinition(permission, elevated, auditLevel), "the policy"));
        return this;
    }

    /// <summary>Adds the permissions that there are: those of guarded interfaces, or of another application.</summary>
    public AccessPolicyBuilder Catalogue(PermissionCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        _permissions.AddRange(catalogue.Select(definition => (definition, "the catalogue of guarded interfaces")));
        return this;
    }

    /// <summary>Takes over what configuration says. After a change of configuration, begin with a new builder.</summary>
    /// <exception cref="AccessPolicyException">Something in it is malformed, or defined already; says where.</exception>
    public AccessPolicyBuilder Merge(AccessPolicyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ConfiguredPolicy.Apply(options, this);
        return this;
    }

    /// <summary>The policy.</summary>
    /// <exception cref="AccessPolicyException">
    /// It has no application or no version, a role includes itself, or a permission has different attributes in two places.
    /// </exception>
    public AccessPolicy Build()
    {
        RoleCycles.Refuse(_roles);
        return new AccessPolicy(
            ApplicationName ?? throw new AccessPolicyException("The policy names no application. Call Application."),
            _version ?? throw new AccessPolicyException("The policy has no version. Call Version, with 1 for the first."),
            _roles.Values,
            _assignments.Select(pair => new RoleAssignment(pair.Key, pair.Value.Person, pair.Value.Roles)),
            _separations.Values,
            _elevations.Values,
            PermissionCatalogue.Merge(_deployUnderGrant ? _permissions.Append((DeployPolicy, "DeployUnderGrant")) : _permissions),
            _deployUnderGrant,
            _voteKeys.Values);
    }

    private AccessPolicyBuilder Assign(string id, string? issuer, string? person, string role)
    {
        PolicyText.Name(role, "assigned role");
        PolicyText.Id(id, $"subject that has the role '{role}'");
        if (issuer is not null)
        {
            PolicyText.Id(issuer, $"issuer of '{Printable.Of(id)}'");
        }

        if (person is not null)
        {
            PolicyText.Id(person, $"person of '{Printable.Of(id)}'");
        }

        var key = new SubjectKey(issuer, id);
        var known = _assignments.GetValueOrDefault(key, (person, []));
        if (known.Person is not null && person is not null && known.Person != person)
        {
            throw new AccessPolicyException(
                $"The subject {key} is the person '{Printable.Of(known.Person)}' in one place, and '{Printable.Of(person)}' in another. "
                + "An account has one human behind it: say the same wherever it is assigned a role.");
        }

        known.Roles.Add(role);
        _assignments[key] = (known.Person ?? person, known.Roles);
        return this;
    }
}
