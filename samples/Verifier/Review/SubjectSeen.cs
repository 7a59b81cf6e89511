namespace ImmutableAudit.Verifier.Review;

/// <summary>A subject in one application, as entries have shown it.</summary>
internal sealed class SubjectSeen
{
    private readonly SortedSet<(string Role, string Source)> _asserted = [];
    private IReadOnlyList<AuditRole>? _last;

    /// <summary>The human behind the account, where an entry names one.</summary>
    public string? Person { get; private set; }

    /// <summary>Its permissions, as far as it used them or tried to.</summary>
    public Dictionary<string, PermissionUse> Permissions { get; } = new(StringComparer.Ordinal);

    /// <summary>Roles that others than the policy assert of it, with who does.</summary>
    public IReadOnlyCollection<(string Role, string Source)> Asserted => _asserted;

    public PermissionUse Of(string permission) =>
        Permissions.TryGetValue(permission, out var use) ? use : Permissions[permission] = new PermissionUse();

    /// <summary>Looks at the roles that an entry names of a link of its chain of subjects.</summary>
    public void See(AuditSubject subject, IReadOnlyList<AuditRole>? roles, int link)
    {
        Person = subject.Person ?? Person;
        if (roles is null || (_last is not null && roles.SequenceEqual(_last)))
        {
            return;
        }

        _last = roles;
        foreach (var role in roles)
        {
            if (role.Link == link && role.Source is { } source)
            {
                _asserted.Add((role.Role, source));
            }
        }
    }
}
