using System.ComponentModel;

namespace ImmutableAudit.Privilege;

/// <summary>Decides and records the calls of one guarded member. Used by generated guards. Thread-safe.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class MemberGuard
{
    private readonly AccessGuard _guard;
    private readonly GuardedPermission _permission;

    internal MemberGuard(AccessGuard guard, GuardedPermission permission)
    {
        _guard = guard;
        _permission = permission;
    }

    /// <summary>
    /// Whether the current subject may call now and nothing is to be recorded of it; <see langword="false"/> does not deny, but
    /// sends the call the long way. For members at <see cref="AuditLevel.DenialsOnly"/>. Allocates nothing.
    /// </summary>
    public bool Passes() => _guard.Passes(_permission);

    /// <inheritdoc cref="Passes()"/>
    public bool Passes<T>(string resourceType, T resourceId) =>
        CallResource.IsDecidable(resourceId) && _guard.Passes(_permission);

    /// <summary>Decides, and completes when the decision is durable.</summary>
    /// <exception cref="AccessDeniedException">The subject may not; on record.</exception>
    /// <exception cref="AuditUnavailableException">It could not be put on record, so nothing runs.</exception>
    public ValueTask<GuardedCall> EnterAsync(CallArguments arguments, CancellationToken cancellationToken = default) =>
        _guard.EnterAsync(_permission, _guard.CurrentCaller(), arguments, cancellationToken);

    /// <summary>Decides, and blocks until the decision is durable (PRIVILEGE.md P10).</summary>
    /// <inheritdoc cref="EnterAsync" path="/exception"/>
    public GuardedCall Enter(CallArguments arguments, CancellationToken cancellationToken = default) =>
        _guard.Enter(_permission, _guard.CurrentCaller(), arguments, cancellationToken);

    /// <summary>
    /// Guards a stream (PRIVILEGE.md P9): the subject is captured now, the decision comes before the first element, a grant is
    /// checked again at each, and the outcome is recorded at the end, however it comes.
    /// </summary>
    public IAsyncEnumerable<T> Enumerate<T>(
        CallArguments arguments, Func<CancellationToken, IAsyncEnumerable<T>> inner, CancellationToken cancellationToken = default)
    {
        var caller = _guard.CurrentCaller();
        return new GuardedStream<T>(
            token => _guard.EnterAsync(_permission, caller, arguments, token), inner, cancellationToken);
    }
}
