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
    private ExpectedOutcome? _outcome;

    /// <summary>A call whose outcome nobody waits for.</summary>
    internal GuardedCall(CancellationToken cancellationToken) => CancellationToken = cancellationToken;

    /// <summary>A call whose outcome belongs on record.</summary>
    internal GuardedCall(AuditEvent decision, in AuditReceipt receipt, ExpectedOutcome outcome, CancellationToken cancellationToken)
    {
        _decision = decision;
        _receipt = receipt;
        _outcome = outcome;
        CancellationToken = cancellationToken;
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

    private void End(string outcome, string? reason) =>
        Interlocked.Exchange(ref _outcome, null)?.Record(AccessEntries.OfOutcome(_decision!, _receipt, outcome, reason));
}
