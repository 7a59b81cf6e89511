namespace ImmutableAudit.Privilege;

/// <summary>
/// A role that somebody else than the policy says a subject has: an identity provider, a directory, a store. It is on record
/// with its source (PRIVILEGE.md P16). Counts only where the policy knows a role of this name. Immutable.
/// </summary>
public sealed record AssertedRole
{
    /// <summary>Takes a role and who asserts it.</summary>
    /// <exception cref="ArgumentException">One of them is blank.</exception>
    public AssertedRole(string name, string source)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        Name = name;
        Source = source;
    }

    /// <summary>The role's name, compared ordinally.</summary>
    public string Name { get; }

    /// <summary>Who asserts it: an issuer, the name of a store.</summary>
    public string Source { get; }
}
