using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Decisions;

/// <summary>PRIVILEGE.md P2, P4, P18, P21 and P23 as they read, as slowly as they read.</summary>
internal sealed record NaiveModel(AccessPolicy Policy)
{
    /// <summary>P18: every link of the chain. P2: an unknown permission is nobody's.</summary>
    public bool MayChain(IEnumerable<AccessGrant> grants, AccessQuery query, DateTimeOffset now)
    {
        for (var link = query.Subject; link is not null; link = link.OnBehalfOf)
        {
            if (!May(grants, link, query.Permission, query.Resource, now))
                return false;
        }

        return true;
    }

    /// <summary>P4: elevated, only a live grant; else a role or a grant.</summary>
    public bool May(IEnumerable<AccessGrant> grants, AccessSubject link, string permission, AuditResource? resource, DateTimeOffset now)
    {
        var definition = Policy.Catalogue.SingleOrDefault(definition => definition.Permission == permission);
        return definition is not null
            && ((!definition.Elevated && MayByRole(link, permission, resource)) || grants.Any(grant => Live(grant, link, permission, resource, now)));
    }

    public bool MayByRole(AccessSubject link, string permission, AuditResource? resource) =>
        Counting(link).Any(role => Holds(role, permission, resource));

    /// <summary>A role holds what it allows and what roles hold that it includes; nothing while it is only eligible.</summary>
    public bool Holds(string name, string permission, AuditResource? resource) =>
        Policy.Roles.SingleOrDefault(role => role.Name == name) is { Kind: RoleKind.Standing } role
        && (role.Permissions.Any(held => held.Permission == permission && Within(held.Resource, resource))
            || role.Includes.Any(included => Holds(included, permission, resource)));

    /// <summary>P21: half-open.</summary>
    public static bool Live(AccessGrant grant, AccessSubject link, string permission, AuditResource? resource, DateTimeOffset now) =>
        grant.Subject.Issuer == link.Identity.Issuer && grant.Subject.Id == link.Identity.Id && grant.Permissions.Contains(permission, StringComparer.Ordinal)
        && Within(grant.Resource, resource) && now >= grant.Start && now < grant.End;

    /// <summary>P16: the policy's and what others assert, as far as the policy knows it.</summary>
    public IEnumerable<string> Held(AccessSubject link) =>
        Assigned(assignment => assignment.Issuer == link.Identity.Issuer && assignment.Id == link.Identity.Id)
            .Concat(link.Roles.Select(role => role.Name)).Where(Known).Distinct(StringComparer.Ordinal);

    /// <summary>P23: what one person may not hold together counts for nothing.</summary>
    public IEnumerable<string> Counting(AccessSubject link)
    {
        var held = Held(link).ToList();
        var persons = Policy.Assignments.Where(assignment => assignment.Issuer == link.Identity.Issuer && assignment.Id == link.Identity.Id)
            .Select(assignment => assignment.Person).Append(link.Identity.Person).OfType<string>().ToList();
        var together = held.Concat(Assigned(assignment => persons.Contains(assignment.Person!, StringComparer.Ordinal))).SelectMany(Reached).ToHashSet(StringComparer.Ordinal);
        var broken = Policy.Separations.Where(duties => duties.Roles.Count(together.Contains) >= 2).SelectMany(duties => duties.Roles).ToList();
        return held.Where(role => !Reached(role).Any(reached => broken.Contains(reached, StringComparer.Ordinal)));
    }

    private IEnumerable<string> Assigned(Func<RoleAssignment, bool> to) => Policy.Assignments.Where(to).SelectMany(assignment => assignment.Roles);

    private bool Known(string name) => Policy.Roles.Any(role => role.Name == name);

    private IEnumerable<string> Reached(string name) => Policy.Roles.Where(role => role.Name == name)
        .SelectMany(role => role.Includes.SelectMany(Reached).Append(name));

    private static bool Within(AuditResource? scope, AuditResource? resource) =>
        scope is null || (resource is not null && scope.Type == resource.Type && (scope.Id is null || scope.Id == resource.Id));
}
