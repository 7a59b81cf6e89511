namespace ImmutableAudit.Privilege;

/// <summary>A permission at one place where it is asked for.</summary>
/// <param name="Member">What is called, for the record.</param>
/// <param name="Name">The permission.</param>
/// <param name="Index">Its place in the catalogue; -1 where it is not in it, and so denied.</param>
/// <param name="Elevated">Whether only a live grant satisfies it.</param>
/// <param name="Level">What goes on record.</param>
internal sealed record GuardedPermission(string Member, string Name, int Index, bool Elevated, AuditLevel Level)
{
    /// <summary>Whether what is allowed is only counted.</summary>
    public bool IsCounted => Level == AuditLevel.DenialsOnly && !Elevated;
}
