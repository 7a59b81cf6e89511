using ImmutableAudit.Privilege;

namespace ImmutableAudit.Verifier.Review;

/// <summary>A role across all that have it.</summary>
/// <param name="Role">The role.</param>
/// <param name="Holders">How many subjects have it, and it counts.</param>
/// <param name="Used">Its permissions that any of them used by their roles.</param>
/// <param name="NeverUsed">Its other permissions.</param>
internal sealed record RoleReview(Role Role, int Holders, IReadOnlyList<string> Used, IReadOnlyList<string> NeverUsed);

/// <summary>A role of a subject.</summary>
/// <param name="Held">The role.</param>
/// <param name="Used">Its permissions that the subject used by its roles; another role may hold them, too.</param>
/// <param name="NeverUsed">Its other permissions.</param>
internal sealed record SubjectRole(HeldRole Held, IReadOnlyList<string> Used, IReadOnlyList<string> NeverUsed);

/// <summary>A permission of a subject.</summary>
/// <param name="Permission">The permission.</param>
/// <param name="Roles">The roles that it is held by.</param>
/// <param name="Scopes">The only resources that it is held on; none where it is held on anything, or not held.</param>
/// <param name="IsOnDemand">Whether the subject may ask for it.</param>
/// <param name="Use">What the log says of it.</param>
internal sealed record PermissionReview(
    string Permission, IReadOnlyList<string> Roles, IReadOnlyList<AuditResource> Scopes, bool IsOnDemand, PermissionUse Use)
{
    public bool IsStanding => Roles.Count > 0;

    public bool IsNeverUsed => IsStanding && Use.Standing == 0;
}

/// <summary>A permission of a role that would have been enough, and the only type of resource that it was used on.</summary>
internal sealed record NeededPermission(string Permission, string? ResourceType);

/// <summary>A subject.</summary>
/// <param name="Name">Who it is.</param>
/// <param name="Person">The human behind it.</param>
/// <param name="Roles">The roles that it has.</param>
/// <param name="Permissions">The permissions that it holds, may ask for, used, or was denied.</param>
/// <param name="Needed">The smallest role that would have covered all that it used by its roles.</param>
/// <param name="Existing">The smallest role of the policy that would have.</param>
internal sealed record SubjectReview(
    SubjectName Name,
    string? Person,
    IReadOnlyList<SubjectRole> Roles,
    IReadOnlyList<PermissionReview> Permissions,
    IReadOnlyList<NeededPermission> Needed,
    Role? Existing);

/// <summary>An application.</summary>
/// <param name="Application">Its name; absent for what no entry says the application of.</param>
/// <param name="Policy">Its policy at the end of the period, by which is said who holds what.</param>
/// <param name="Roles">The policy's roles.</param>
/// <param name="Subjects">All to whom it assigns a role, and all that entries name.</param>
internal sealed record ApplicationReview(
    string? Application, DeployedPolicy? Policy, IReadOnlyList<RoleReview> Roles, IReadOnlyList<SubjectReview> Subjects)
{
    /// <summary>What was gathered, held against the policies.</summary>
    public static IReadOnlyList<ApplicationReview> Of(AccessReview review)
    {
        var seen = review.Subjects.ToLookup(pair => pair.Key.Application, pair => (pair.Key.Subject, Seen: pair.Value), StringComparer.Ordinal);
        var applications = review.Policies.InForce.Keys.Concat(seen.Select(group => group.Key)).Distinct(StringComparer.Ordinal)
            .OrderBy(application => application is null).ThenBy(application => application, StringComparer.Ordinal);
        return
        [
            .. applications.Select(application => Of(
                application,
                application is null ? null : review.Policies.InForce.GetValueOrDefault(application),
                seen[application].ToDictionary(pair => pair.Subject, pair => pair.Seen))),
        ];
    }

    private static ApplicationReview Of(string? application, DeployedPolicy? policy, Dictionary<SubjectName, SubjectSeen> seen)
    {
        var held = policy?.Policy is { } known ? new HeldRoles(known) : null;
        var assigned = policy?.Policy?.Assignments.Select(assignment => new SubjectName(assignment.Issuer, assignment.Id)) ?? [];
        var names = seen.Keys.Union(assigned).OrderBy(name => name.Id, StringComparer.Ordinal).ThenBy(name => name.Issuer, StringComparer.Ordinal);
        SubjectReview[] subjects = [.. names.Select(name => Of(name, seen.GetValueOrDefault(name), held))];
        return new ApplicationReview(application, policy, held is null ? [] : [.. RolesOf(policy!.Policy!, held, subjects)], subjects);
    }

    private static SubjectReview Of(SubjectName name, SubjectSeen? seen, HeldRoles? policy)
    {
        var roles = policy?.Of(name, seen) ?? [];
        var used = seen?.Permissions ?? [];
        var standing = roles.Where(role => role.Holds)
            .SelectMany(role => role.Permissions.Select(held => (Held: held, Role: role.Role.Name))).ToLookup(pair => pair.Held.Permission, StringComparer.Ordinal);
        var onDemand = policy?.OnDemand(roles) ?? [];
        PermissionReview[] permissions =
        [
            .. used.Keys.Union(standing.Select(group => group.Key), StringComparer.Ordinal).Union(onDemand, StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(permission => new PermissionReview(
                    permission,
                    [.. standing[permission].Select(pair => pair.Role).Distinct(StringComparer.Ordinal)],
                    standing[permission].Any(pair => pair.Held.Resource is null) ? [] : [.. standing[permission].Select(pair => pair.Held.Resource!).Distinct()],
                    onDemand.Contains(permission, StringComparer.Ordinal),
                    used.GetValueOrDefault(permission) ?? new PermissionUse())),
        ];
        NeededPermission[] needed = [.. permissions.Where(permission => permission.Use.Standing > 0).Select(permission => new NeededPermission(permission.Permission, permission.Use.OnlyType))];
        return new SubjectReview(
            name,
            seen?.Person,
            [.. roles.Select(role => new SubjectRole(role, Names(role, needed, isUsed: true), Names(role, needed, isUsed: false)))],
            permissions,
            needed,
            policy?.SmallestWith([.. needed.Select(permission => permission.Permission)]));
    }

    private static string[] Names(HeldRole role, NeededPermission[] needed, bool isUsed) => !role.Holds ? [] :
    [
        .. role.Permissions.Select(held => held.Permission).Distinct(StringComparer.Ordinal)
            .Where(permission => needed.Any(used => used.Permission == permission) == isUsed),
    ];

    private static IEnumerable<RoleReview> RolesOf(AccessPolicy policy, HeldRoles held, SubjectReview[] subjects)
    {
        var holders = subjects.SelectMany(subject => subject.Roles.Where(role => role.Held.Holds).Select(role => (role, subject)))
            .DistinctBy(pair => (pair.role.Held.Role.Name, pair.subject.Name)).ToLookup(pair => pair.role.Held.Role.Name, pair => pair.role, StringComparer.Ordinal);
        foreach (var role in policy.Roles)
        {
            var used = holders[role.Name].SelectMany(holder => holder.Used).ToHashSet(StringComparer.Ordinal);
            var names = held.NamesOf(role);
            var count = role.Kind == RoleKind.Standing
                ? holders[role.Name].Count()
                : subjects.Count(subject => subject.Roles.Any(other => other.Held.Role == role && !other.Held.IsVoid));
            yield return new RoleReview(role, count, [.. names.Where(used.Contains)], [.. names.Where(name => !used.Contains(name))]);
        }
    }
}
