namespace ImmutableAudit.Privilege;

/// <summary>
/// Roles that are kept elsewhere than in the policy: a database, a directory. They count where the policy knows a role of the
/// name, and are on record with their source (PRIVILEGE.md P16). Called by any number of threads.
/// </summary>
public interface IRoleAssignmentStore
{
    /// <summary>
    /// The roles of one subject, by issuer and id alone; of those it acts for they are asked for separately. Whatever it throws
    /// denies the call.
    /// </summary>
    ValueTask<IReadOnlyList<AssertedRole>> GetRolesAsync(AuditSubject subject, CancellationToken cancellationToken = default);
}
