namespace ImmutableAudit.Privilege;

/// <summary>A call under way that relies on grants: its token is cancelled when one of them ends (PRIVILEGE.md P22). Thread-safe.</summary>
internal sealed class GrantLease : IDisposable
{
    private readonly GrantLeases _all;
    private readonly CancellationTokenSource _source;

    public GrantLease(GrantLeases all, IReadOnlyList<AccessGrant> grants, CancellationToken caller)
    {
        _all = all;
        Grants = grants;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        Token = _source.Token;
    }

    /// <summary>The grants that the call relies on.</summary>
    public IReadOnlyList<AccessGrant> Grants { get; }

    /// <summary>The caller's token, cancelled also when a grant ends.</summary>
    public CancellationToken Token { get; }

    /// <summary>Whether all of them hold at this moment; otherwise the token is cancelled.</summary>
    public bool Check() => _all.Check(this);

    /// <summary>A grant has ended.</summary>
    public void Cancel()
    {
        try
        {
            // What waits for the token runs on the pool, not here.
            _ = _source.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The call has ended, too.
        }
    }

    /// <summary>The call has ended.</summary>
    public void Dispose()
    {
        _all.Remove(this);
        _source.Dispose();
    }
}
