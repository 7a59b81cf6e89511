namespace ImmutableAudit.Privilege;

/// <summary>
/// Access for a task and a time: asked for, approved by somebody else, used, ended, and on record from the first to the last step
/// (PRIVILEGE.md P19 to P26). Who acts is the current subject of <see cref="ISubjectAccessor"/>. Thread-safe.
/// </summary>
/// <remarks>
/// <para>The policy's elevation rules say who may do what; nobody else may. What is done is an entry <c>grant.*</c>, durable before
/// it counts; what is refused is an entry <c>access.denied</c> and an <see cref="AccessRequestException"/> that says why.</para>
/// <para>Each of them may also throw <see cref="AuditUnavailableException"/> (nothing was done), or
/// <see cref="AuditOutcomeUnknownException"/> (look where the request stands before doing it again).</para>
/// </remarks>
/// <example>
/// <code>
/// var request = await requests.RequestAsync(new() { Permissions = [Permissions.OrdersPurge], Duration = TimeSpan.FromMinutes(30), Reason = "…" });
/// // Somebody else, who has the right:
/// await requests.ApproveAsync(request.Id);
/// // Who asked, when the work begins; from then on guarded members let the call through, until the time is over:
/// await requests.ActivateAsync(request.Id);
/// </code>
/// </example>
public interface IAccessRequests
{
    /// <summary>Asks for permissions.</summary>
    /// <returns>The request, pending; where the same was sent before with the same key, that one.</returns>
    /// <exception cref="AccessRequestException">It may not be asked for like this.</exception>
    ValueTask<AccessRequest> RequestAsync(ElevationRequest request, CancellationToken cancellationToken = default);

    /// <summary>Votes in favour.</summary>
    /// <param name="id">The request.</param>
    /// <param name="reason">Why; at most 2,000 characters.</param>
    /// <param name="proof">The approver's own signature; some rules require it (PRIVILEGE.md P25).</param>
    /// <param name="cancellationToken">Withdraws what is not on record yet.</param>
    /// <returns>The request, approved where this was the last vote that it needed.</returns>
    /// <exception cref="AccessRequestException">The subject may not vote, has voted, or the request does not wait for votes.</exception>
    ValueTask<AccessRequest> ApproveAsync(long id, string? reason = null, VoteProof? proof = null, CancellationToken cancellationToken = default);

    /// <summary>Votes against, which ends a request that is not active yet.</summary>
    /// <inheritdoc cref="ApproveAsync" path="/param"/>
    /// <exception cref="AccessRequestException">The subject may not vote, or the request does not wait any more.</exception>
    ValueTask<AccessRequest> DenyAsync(long id, string? reason = null, VoteProof? proof = null, CancellationToken cancellationToken = default);

    /// <summary>Withdraws one's own request before it is active.</summary>
    /// <exception cref="AccessRequestException">It is another's, or active, or over.</exception>
    ValueTask<AccessRequest> CancelAsync(long id, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Makes one's own approved request a grant, from now on.</summary>
    /// <exception cref="AccessRequestException">It is another's, is not approved, or may not be active at this hour.</exception>
    ValueTask<AccessRequest> ActivateAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Gives one's own grant back.</summary>
    /// <exception cref="AccessRequestException">It is another's, or does not hold.</exception>
    ValueTask<AccessRequest> RelinquishAsync(long id, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Takes somebody's grant back, at once: no recorded decision comes after it, and calls under way are cancelled.</summary>
    /// <exception cref="AccessRequestException">The subject has not the right, or the grant does not hold.</exception>
    ValueTask<AccessRequest> RevokeAsync(long id, string reason, CancellationToken cancellationToken = default);

    /// <summary>Takes permissions in an emergency, at once; somebody else reviews it afterwards (PRIVILEGE.md P24).</summary>
    /// <returns>The grant, active.</returns>
    /// <exception cref="AccessRequestException">The policy does not provide for it, or an earlier one is not reviewed.</exception>
    ValueTask<AccessRequest> BreakGlassAsync(ElevationRequest request, CancellationToken cancellationToken = default);

    /// <summary>Reviews a break-glass of somebody else.</summary>
    /// <param name="id">The break-glass.</param>
    /// <param name="justified">Whether it was right.</param>
    /// <param name="reason">What was found; at most 2,000 characters.</param>
    /// <param name="cancellationToken">Withdraws what is not on record yet.</param>
    /// <exception cref="AccessRequestException">The subject has not the right, or there is nothing to review.</exception>
    ValueTask<AccessRequest> ReviewAsync(long id, bool justified, string reason, CancellationToken cancellationToken = default);

    /// <summary>The requests that wait for the current subject's vote, and break-glass that waits for its review, the oldest first.</summary>
    /// <exception cref="AccessRequestException">There is no subject.</exception>
    ValueTask<IReadOnlyList<AccessRequest>> ListPendingAsync(CancellationToken cancellationToken = default);

    /// <summary>The current subject's own requests and grants that are not over, and others' live grants that it may revoke, the oldest first.</summary>
    /// <exception cref="AccessRequestException">There is no subject.</exception>
    ValueTask<IReadOnlyList<AccessRequest>> ListGrantsAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Everything that happened to a request, the entries themselves, the request first; also when it is long over. One's own, one that
    /// was asked for on one's behalf, or one that one may vote on; others take the permission <see cref="AuditPermissions.Read"/>. Reads
    /// back along the entries about privileges.
    /// </summary>
    /// <exception cref="AccessRequestException">There is no such request.</exception>
    /// <exception cref="AccessDeniedException">It is another's.</exception>
    ValueTask<IReadOnlyList<AuditEntry>> ReadHistoryAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Waits as long as a request is pending: one's own, one that was asked for on one's behalf, or one that one may vote on.</summary>
    /// <returns>Where it then stands.</returns>
    /// <exception cref="AccessRequestException">There is no such request, or it is another's.</exception>
    ValueTask<AccessRequestStatus> WaitAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>
    /// What happens to all requests from now on, for a host to tell people by mail or chat. Takes the permission
    /// <see cref="AuditPermissions.Read"/>. Nothing waits for who reads it: it comes from the log, however slowly.
    /// </summary>
    /// <exception cref="AccessDeniedException">The subject may not read the log.</exception>
    IAsyncEnumerable<AccessChange> WatchAsync(CancellationToken cancellationToken = default);
}
