namespace ImmutableAudit.Privilege;

/// <summary>
/// What was asked for by hand and allowed. Dispose it when the act has ended: unless <see cref="Complete"/> was called before,
/// its outcome is recorded as a failure. Thread-safe; the outcome is recorded once.
/// </summary>
public sealed class Access : IAsyncDisposable, IDisposable
{
    private readonly GuardedCall _call;

    internal Access(GuardedCall call) => _call = call;

    /// <summary>The token that was given; cancelled, too, when the grant behind the access ends (PRIVILEGE.md P22).</summary>
    public CancellationToken CancellationToken => _call.CancellationToken;

    /// <summary>The act succeeded.</summary>
    public void Complete() => _call.Succeed();

    /// <summary>The act failed. Of the exception only the type goes on record.</summary>
    public void Fail(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        _call.Fail(exception);
    }

    /// <summary>Records the outcome, if it was not told yet. Does not wait for the disk.</summary>
    public void Dispose() => _call.Stop("not completed");

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
