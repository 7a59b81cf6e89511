namespace ImmutableAudit.Privilege;

/// <summary>
/// Asks by hand for what a guarded interface asks for by itself, where no interface fits (PRIVILEGE.md P13). The subject is
/// the current one of <see cref="ISubjectAccessor"/>. Thread-safe.
/// </summary>
/// <example>
/// <code>
/// await using var access = await guard.DemandAsync(Permissions.OrdersRefund, new AuditResource { Type = "order", Id = id }, ct);
/// await RefundAsync(id, access.CancellationToken);
/// access.Complete();
/// </code>
/// </example>
public interface IAccessGuard
{
    /// <summary>Decides, and completes when the decision is durable.</summary>
    /// <param name="permission">The permission; one of the application's catalogue.</param>
    /// <param name="resource">What is acted upon; <see langword="null"/> for all of a kind.</param>
    /// <param name="details">What else belongs on record with the decision. Of more than 16 KiB it is their length and digest alone.</param>
    /// <param name="cancellationToken">Withdraws what is not decided yet. A denial is recorded all the same.</param>
    /// <returns>The access, to be disposed when the act has ended.</returns>
    /// <exception cref="AccessDeniedException">The subject may not; on record.</exception>
    /// <exception cref="AuditUnavailableException">It could not be put on record. Nothing may be done.</exception>
    ValueTask<Access> DemandAsync(
        string permission, AuditResource? resource = null, AuditDetails? details = null, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="DemandAsync"/>, but hands a denial back, with its reasons.</summary>
    /// <inheritdoc cref="DemandAsync" path="/param"/>
    /// <exception cref="AuditUnavailableException">It could not be put on record. Nothing may be done.</exception>
    ValueTask<AccessAttempt> TryDemandAsync(
        string permission, AuditResource? resource = null, AuditDetails? details = null, CancellationToken cancellationToken = default);
}
