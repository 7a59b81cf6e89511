namespace ImmutableAudit.Privilege;

/// <summary>The roles that a policy assigns to one subject. Immutable and thread-safe.</summary>
public sealed class RoleAssignment
{
    internal RoleAssignment(SubjectKey key, string? person, IEnumerable<string> roles)
    {
        Key = key;
        Person = person;
        Roles = [.. roles.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>Who vouches for <see cref="Id"/>.</summary>
    public string? Issuer => Key.Issuer;

    /// <summary>The subject's stable name at its issuer.</summary>
    public string Id => Key.Id;

    /// <summary>The human behind several accounts.</summary>
    public string? Person { get; }

    /// <summary>Names of roles, in ordinal order.</summary>
    public IReadOnlyList<string> Roles { get; }

    internal SubjectKey Key { get; }
}
