namespace ImmutableAudit.Privilege;

/// <summary>
/// The calls under way that rely on grants. A grant that is revoked ends its calls when that is folded in; one whose time
/// is over, at that time by the clock, looked at again each second since clocks are set. Thread-safe.
/// </summary>
internal sealed class GrantLeases(PrivilegeEngine engine, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly HashSet<GrantLease> _leases = [];
    private ITimer? _timer;

    /// <summary>Begins a call.</summary>
    public GrantLease Take(IReadOnlyList<AccessGrant> grants, CancellationToken caller)
    {
        var lease = new GrantLease(this, grants, caller);
        lock (_gate)
        {
            _leases.Add(lease);
            Arm();
        }

        // What ended between the decision and now has told nobody.
        lease.Check();
        return lease;
    }

    /// <summary>Looks at all calls, since grants have changed or time has passed.</summary>
    public void CheckAll()
    {
        GrantLease[] leases;
        lock (_gate)
        {
            if (_leases.Count == 0)
            {
                return;
            }

            leases = [.. _leases];
        }

        Array.ForEach(leases, lease => lease.Check());
        lock (_gate)
        {
            Arm();
        }
    }

    public bool Check(GrantLease lease)
    {
        var now = engine.Now;
        var book = engine.IfAny?.Grants;
        foreach (var grant in lease.Grants)
        {
            if (engine.IsClockBehind || !grant.IsLive(now) || book?.Find(grant.Index)?.Grant is null)
            {
                Remove(lease);
                lease.Cancel();
                return false;
            }
        }

        return true;
    }

    public void Remove(GrantLease lease)
    {
        lock (_gate)
        {
            _leases.Remove(lease);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _timer?.Dispose();
        }
    }

    private void Arm()
    {
        if (_leases.Count == 0)
        {
            return;
        }

        var left = _leases.Min(lease => lease.Grants.Min(grant => grant.End)) - engine.Now;
        var due = left < TimeSpan.Zero || left > LookAgain ? LookAgain : left + TimeSpan.FromMilliseconds(1);
        if (_timer is null)
        {
            using (ExecutionContext.SuppressFlow())
            {
                _timer = time.CreateTimer(static leases => ((GrantLeases)leases!).CheckAll(), this, due, Timeout.InfiniteTimeSpan);
            }
        }
        else
        {
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }
}
