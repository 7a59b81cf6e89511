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
