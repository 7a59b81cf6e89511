namespace ImmutableAudit.Privilege;

/// <summary>Says to a builder what configuration says. Every refusal names the place in the section.</summary>
internal static class ConfiguredPolicy
{
    public static void Apply(AccessPolicyOptions options, AccessPolicyBuilder builder)
    {
        if (options.Version is { } version)
        {
            At("Version", () => builder.Version(version));
        }

        // In an order of its own: configuration has none.
        foreach (var (name, role) in options.Roles.OrderBy(role => role.Key, StringComparer.Ordinal))
        {
            At($"Roles:{name}", () => builder.Role(name, target => Apply(role, target)));
        }

        foreach (var (number, assignment) in options.Assignments.Index())
        {
            var place = $"Assignments:{number}";
            if (assignment.Roles.Count == 0)
            {
                throw new AccessPolicyException($"In the configuration, at {place}: The subject '{Printable.Of(assignment.Id)}' has no roles. Name one, or take it out.");
            }

            var subject = new AuditSubject { Id = assignment.Id, Issuer = assignment.Issuer, Person = assignment.Person };
            foreach (var role in assignment.Roles)
            {
                At(place, () => builder.Assign(subject, role));
            }
        }

        foreach (var (number, roles) in options.SeparatedDuties.Index())
        {
            At($"SeparatedDuties:{number}", () => builder.SeparateDuties(roles));
        }

        foreach (var (permission, elevation) in options.Elevations.OrderBy(elevation => elevation.Key, StringComparer.Ordinal))
        {
            At($"Elevations:{permission}", () => builder.Elevation(permission, rule => ConfiguredElevation.Apply(elevation, rule)));
        }

        foreach (var (number, key) in options.VoteKeys.Index())
        {
            At($"VoteKeys:{number}", () => builder.VoteKey(new AuditSubject { Id = key.Id, Issuer = key.Issuer }, Bytes(key)));
        }

        if (options.DeployUnderGrant)
        {
            builder.DeployUnderGrant();
        }
    }

    private static void Apply(RoleOptions role, RoleBuilder target)
    {
        target.Includes(role.Includes).Allow(role.Allow);
        foreach (var scoped in role.AllowOn)
        {
            target.Allow(scoped.Permission, (scoped.ResourceType, scoped.ResourceId));
        }

        if (role.Eligible)
        {
            target.Eligible();
        }

        if (role.ApprovesElevation)
        {
            target.ApprovesElevation();
        }
    }

    private static byte[] Bytes(VoteKeyOptions key)
    {
        // Configuration may set it to nothing at all.
        var bytes = new byte[key.Key?.Length ?? 0];
        return Convert.TryFromBase64String(key.Key ?? "", bytes, out var length)
            ? bytes[..length]
            : throw new AccessPolicyException($"The vote key of {new SubjectKey(key.Issuer, key.Id)} is not base64. Give the body of a PUBLIC KEY PEM.");
    }

    private static void At(string place, Func<AccessPolicyBuilder> act)
    {
        try
        {
            act();
        }
        catch (AccessPolicyException e)
        {
            throw new AccessPolicyException($"In the configuration, at {Printable.Of(place)}: {e.Message}", e);
        }
    }
}
