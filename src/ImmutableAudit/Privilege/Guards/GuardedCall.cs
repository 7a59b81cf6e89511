using System.ComponentModel;
using ImmutableAudit.Log;

namespace ImmutableAudit.Privilege;

/// <summary>
/// A call that was allowed and is under way. How it ends is told once, by whoever is first; it is then recorded without
/// making anybody wait (PRIVILEGE.md P6). Thread-safe.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GuardedCall
{
    private readonly AuditEvent? _decision;
    private readonly AuditReceipt _receipt;
    private readonly GrantLease? _lease;
    private ExpectedOutcome? _outcome;

    /// <summary>A call whose outcome nobody waits for.</summary>
    internal GuardedCall(GrantLease? lease, CancellationToken cancellationToken)
    {
        CancellationToken = lease?.Token ?? cancellationToken;
        _lease = lease;
    }

    /// <summary>A call whose outcome belongs on record.</summary>
    internal GuardedCall(
        AuditEvent decision, in AuditReceipt receipt, ExpectedOutcome outcome, GrantLease? lease, CancellationToken cancellationToken)
        : this(lease, cancellationToken)
    {
        _decision = decision;
        _receipt = receipt;
        _outcome = outcome;
    }

    /// <summary>The caller's token; under a grant also cancelled when that ends (PRIVILEGE.md P22).</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The act succeeded.</summary>
    public void Succeed() => End(AuditOutcome.Success, null);

    /// <summary>The act failed. Of the exception only the type goes on record.</summary>
    public void Fail(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        End(AuditOutcome.Failure, exception.GetType().FullName);
    }

    /// <summary>The act ended, and nobody said how.</summary>
    internal void Stop(string how) => End(AuditOutcome.Failure, how);

    /// <summary>Goes no further where the caller has given up or a grant has ended, whether that has been noticed before or not.</summary>
    /// <exception cref="OperationCanceledException">It is so.</exception>
    internal void ThrowIfOver()
    {
        if (_lease?.Check() == false)
        {
            throw new OperationCanceledException("The grant under which this ran has ended.", CancellationToken);
        }

        CancellationToken.ThrowIfCancellationRequested();
    }

    private void End(string outcome, string? reason)
    {
        _lease?.Dispose();
        Interlocked.Exchange(ref _outcome, null)?.Record(AccessEntries.OfOutcome(_decision!, _receipt, outcome, reason));
    }
}
