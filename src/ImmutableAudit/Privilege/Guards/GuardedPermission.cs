namespace ImmutableAudit.Privilege;

/// <summary>A permission at one place where it is asked for.</summary>
/// <param name="Member">What is called, for the record.</param>
/// <param name="Name">The permission.</param>
/// <param name="Index">Its place in the catalogue; -1 where it is not in it, and so denied.</param>
/// <remarks>Whether it is elevated, and what goes on record, says the policy in force.</remarks>
internal sealed record GuardedPermission(string Member, string Name, int Index);
