namespace ImmutableAudit.Privilege;

/// <summary>
/// What a subject may under one policy, those it acts for included: each needs the permission (PRIVILEGE.md P18). Immutable and
/// thread-safe.
/// </summary>
internal sealed class SubjectPermissions
{
    private readonly LinkPermissions[] _links;

    public SubjectPermissions(CompiledPolicy policy, LinkPermissions[] links)
    {
        Policy = policy;
        _links = links;
        var unscoped = links[0].Unscoped;
        foreach (var link in links.AsSpan(1))
        {
            unscoped = [.. unscoped.Zip(link.Unscoped, (left, right) => left & right)];
        }

        Unscoped = new PermissionBits(unscoped);
    }

    /// <summary>The policy that it is about.</summary>
    public CompiledPolicy Policy { get; }

    /// <summary>What all of them hold by their roles, whatever is acted upon.</summary>
    public PermissionBits Unscoped { get; }

    /// <summary>The roles of all of them as they go on record, the acting subject's first.</summary>
    public IReadOnlyList<AuditRole> Roles => _links.Length == 1 ? _links[0].Roles : [.. _links.SelectMany(link => link.Roles)];

    /// <summary>Whether each of them has a role, standing or not.</summary>
    public bool HasRole(string role, bool standing) => Array.TrueForAll(_links, link => link.HasRole(role, standing));

    /// <summary>Whether each of them has some of these roles.</summary>
    public bool HasOneOf(IReadOnlyList<string> roles, bool standing) =>
        Array.TrueForAll(_links, link => roles.Any(role => link.HasRole(role, standing)));

    /// <summary>
    /// Whether all of them hold a permission by their roles, whatever is acted upon. One bit: no allocation. Elevated
    /// permissions never are; for an index that there is not, <see langword="false"/>.
    /// </summary>
    public bool Holds(int permission) => Unscoped.Contains(permission);

    /// <summary>Whether all of them hold a permission on a resource by their roles. No allocation.</summary>
    public bool Holds(int permission, string? resourceType, string? resourceId)
    {
        if (Holds(permission))
            return true;

        if ((uint)permission >= (uint)Policy.PermissionCount)
            return false;

        foreach (var link in _links)
        {
            if (!link.Allows(permission, resourceType, resourceId))
                return false;
        }

        return true;
    }

    /// <summary>The whole decision, with grants and reasons.</summary>
    public AccessDecision Decide(string permission, AuditResource? resource, IReadOnlyList<AccessGrant> grants, DateTimeOffset now)
    {
        var index = Policy.IndexOf(permission);
        var decisions = new LinkDecision[_links.Length];
        for (var i = 0; i < decisions.Length; i++)
        {
            var link = _links[i];
            decisions[i] = index < 0 ? new LinkDecision(link.Subject, link.Roles) { Reason = Unknown(permission) }
                : link.Allows(index, resource?.Type, resource?.Id) ? link.Explain(index, resource)
                : Decide(link, index, permission, resource, grants, now);
        }

        return AccessDecision.Of(decisions);
    }

    /// <summary>For a link that may not by its roles.</summary>
    private LinkDecision Decide(
        LinkPermissions link, int index, string permission, AuditResource? resource, IReadOnlyList<AccessGrant> grants, DateTimeOffset now)
    {
        // Of several the one that lasts longest: a call under way is cancelled when its grant ends.
        var own = grants.Where(grant => grant.IsFor(link.Subject, permission)).ToList();
        var live = own.Where(grant => grant.IsLive(now) && ResourceScope.Covers(grant.Resource, resource?.Type, resource?.Id))
            .OrderByDescending(grant => grant.End).ThenBy(grant => grant.Index).FirstOrDefault();
        return live is not null
            ? new LinkDecision(link.Subject, link.Roles) { Grant = live, Scope = live.Resource }
            : new LinkDecision(link.Subject, link.Roles) { Reason = Explain(link, index, permission, resource, own, now) };
    }

    private DenialReason Explain(
        LinkPermissions link, int index, string permission, AuditResource? resource, List<AccessGrant> grants, DateTimeOffset now)
    {
        if (link.ConflictAbout(index) is { } duties)
        {
            return new DenialReason(DenialCode.ConflictingDuties,
                $"{link.Key} has roles that one person may not have together ('{string.Join("', '", duties.Roles.Take(5))}'), so none of them counts.");
        }

        if (grants.Exists(grant => grant.IsLive(now)) || (!Policy.IsElevated(index) && link.IsScoped(index)))
        {
            return new DenialReason(DenialCode.OtherResource,
                $"{link.Key} holds '{permission}' on other resources only, not {ResourceScope.Describe(resource)}.");
        }

        if (grants.Where(grant => grant.Start > now && grant.Start < grant.End).MinBy(grant => grant.Start) is { } coming)
        {
            return new DenialReason(DenialCode.GrantNotStarted,
                $"The grant {coming.Index} of {link.Key} for '{permission}' begins at {Time(coming.Start)} only.");
        }

        if (grants.MaxBy(grant => grant.End) is { } ended)
        {
            return new DenialReason(DenialCode.GrantEnded, $"The grant {ended.Index} of {link.Key} for '{permission}' ended at {Time(ended.End)}.");
        }

        return Policy.IsElevated(index)
            ? new DenialReason(DenialCode.Elevated, $"'{permission}' is elevated, and {link.Key} has no grant for it.")
            : new DenialReason(DenialCode.NotGranted, $"No role of {link.Key} holds '{permission}'.");
    }

    private DenialReason Unknown(string permission) => new(DenialCode.UnknownPermission,
        $"'{Printable.Of(permission)}' is no permission of '{Policy.Policy.Application}', policy version {Policy.Policy.Version}.");

    private static string Time(DateTimeOffset time) => $"{time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}";
}
