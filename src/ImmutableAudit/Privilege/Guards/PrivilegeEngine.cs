using ImmutableAudit.Log;

namespace ImmutableAudit.Privilege;

/// <summary>
/// Keeps what is in force: deploys the application's policy, and follows when the log goes on. What it says is a fold over the
/// log and nothing else. Thread-safe.
/// </summary>
internal sealed class PrivilegeEngine : IDisposable
{
    private readonly GuardSetup _setup;
    private readonly ITimer? _staleness;
    private volatile bool _isFresh;
    private readonly AccessPolicy _policy;
    private readonly SemaphoreSlim _reloading = new(1, 1);
    private IDisposable? _subscription;
    private readonly Lock _gate = new();
    private LivePrivileges? _live;
    private volatile AccessBasis? _basis;
    private bool _isDisposed;
    private readonly ChangeSignal _changed = new();
    private long _lastTicks;
    private DeployablePolicy? _waiting;
    private long _deployedUnder = -1;

    public PrivilegeEngine(GuardSetup setup)
    {
        _setup = setup;
        _isFresh = !setup.Log.IsShared;
        if (setup.Log.IsShared)
        {
            using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
            {
                _staleness = setup.Log.TimeProvider.CreateTimer(
                    static engine => ((PrivilegeEngine)engine!)._isFresh = false, this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        _policy = Build();
    }

    /// <summary>The application's permissions; their indexes stay, whatever policy comes into force.</summary>
    public PermissionCatalogue Catalogue => _policy.Catalogue;

    /// <summary>What decisions are taken on now.</summary>
    /// <exception cref="AuditUnavailableException">Nothing is in force yet.</exception>
    public AccessBasis Basis => _basis ?? throw new AuditUnavailableException(
        "Least privilege has not started or has ended, so nothing is allowed. A host starts it before its services; without one, use AccessGuard.OpenAsync.");

    /// <summary>The present time, never before an entry that was seen (PRIVILEGE.md P3).</summary>
    public DateTimeOffset Now =>
        new(Math.Max(_setup.Log.TimeProvider.GetUtcNow().UtcTicks, Volatile.Read(ref _lastTicks)), TimeSpan.Zero);

    /// <summary>The same, where there is anything.</summary>
    public AccessBasis? IfAny => _basis;

    /// <summary>Whether the clock is behind the newest entry that was seen by more than it may (PRIVILEGE.md P3).</summary>
    public bool IsClockBehind => IsClockBehindOf(new DateTimeOffset(Volatile.Read(ref _lastTicks), TimeSpan.Zero));

    /// <summary>Whether the clock is behind a moment by more than it may.</summary>
    public bool IsClockBehindOf(DateTimeOffset time) => time - _setup.Log.TimeProvider.GetUtcNow() > _setup.Options.MaxClockSkew;

    /// <summary>
    /// Whether what is in force is known to be so, or was not long ago (<see cref="LeastPrivilegeOptions.MaxStaleness"/>). A volatile
    /// read, since calls of which nothing is recorded ask it: a timer takes it back.
    /// </summary>
    public bool IsFresh => _isFresh;

    /// <summary>Completes when something else comes into force. Take it before looking.</summary>
    public Task Changed => _changed.Next;

    /// <summary>The grant under which a policy may be deployed that waits for one.</summary>
    private long? GrantToDeploy => _waiting is { } waiting && _basis is { } basis
        ? basis.State.GrantsToDeploy(waiting.Application, waiting.Digest, Now).FirstOrDefault()?.Index : null;

    /// <summary>The calls that rely on grants; told of each change.</summary>
    public GrantLeases? Leases { get; set; }

    /// <summary>What a guarded member needs.</summary>
    public GuardedPermission Permission(GuardRule rule) => Permission(rule.Member, rule.Permission);

    /// <summary>What is asked for by hand.</summary>
    public GuardedPermission Permission(string permission)
    {
        var name = Recordable(permission);
        return Permission(name, name);
    }

    /// <summary>Checks the policy, deploys it, and takes into force what the log then says.</summary>
    /// <exception cref="AccessPolicyException">The policy has findings that must not take effect.</exception>
    /// <exception cref="PolicyConflictException">Another policy of the same version is in force.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        RefuseErrors(_policy);
        var log = _setup.Log;
        await log.RequireSessionAsync(cancellationToken).ConfigureAwait(false);
        _live ??= await LivePrivileges.OpenAsync(log, cancellationToken: cancellationToken).ConfigureAwait(false);
        await DeployAsync(_policy, _live, cancellationToken).ConfigureAwait(false);
        Take(_live.Current);
        await FollowAsync(cancellationToken).ConfigureAwait(false);
        var basis = Basis;
        GuardMessages.PolicyInForce(_setup.Logger, log.Origin, basis.Policy.Policy.Application, basis.Policy.Policy.Version, basis.PolicyIndex);
        foreach (var finding in Findings(basis.Policy.Policy))
        {
            GuardMessages.Finding(_setup.Logger, basis.Policy.Policy.Application, finding.Id, finding.Message);
        }

        if (_setup.Source is not { } source)
        {
            return;
        }

        using (ExecutionContext.SuppressFlow())
        {
            _subscription = source.OnChange(ReloadApart);
        }

        // What has changed since the policy was built told nobody.
        await ReloadAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Takes a changed policy, if it is good; otherwise the last good one stays in force, and that somebody tried is on record.
    /// Never throws.
    /// </summary>
    internal async Task ReloadAsync()
    {
        await _reloading.WaitAsync().ConfigureAwait(false);
        var isSound = false;
        try
        {
            if (_basis is null)
            {
                return;
            }

            var policy = Build();
            RefuseErrors(policy);
            isSound = true;
            await DeployAsync(policy, _live!, CancellationToken.None).ConfigureAwait(false);
            Take(_live!.Current);
        }
        catch (ObjectDisposedException) when (_isDisposed)
        {
            // The host stops. What was deployed by then is, and nobody goes by it here any more.
        }
        catch (Exception e) when (isSound && GrantToDeploy is not null && e is not (PolicyConflictException or AuditEntryTooLargeException))
        {
            // The storage's fault, not the policy's: it is tried again under the same grant.
            GuardMessages.PolicyNotDeployed(_setup.Logger, _policy.Application, e);
            Interlocked.Exchange(ref _deployedUnder, -1);
        }
        catch (Exception e)
        {
            GuardMessages.PolicyRefused(_setup.Logger, _policy.Application, e);
            await RecordRefusalAsync(e is AuditException ? e.Message : e.GetType().Name).ConfigureAwait(false);
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <summary>Deploys a policy that waits for a grant, where there is one: once for each, since what is refused would be refused again.</summary>
    public void DeployIfGranted()
    {
        if (GrantToDeploy is { } grant && Interlocked.Exchange(ref _deployedUnder, grant) != grant)
        {
            ReloadApart();
        }
    }

    /// <summary>On the pool and in nobody's context (PRIVILEGE.md P11).</summary>
    private void ReloadApart()
    {
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(ReloadAsync, CancellationToken.None);
        }
    }

    /// <summary>Goes on to a head on which a decision did not hold.</summary>
    public async Task FollowAsync(LogHead head, CancellationToken cancellationToken)
    {
        SeeTime(head.LastTime);
        Take(await _live!.CatchUpAsync(head.PrivilegeHead, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Goes on to where the log stands now.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        var asked = _setup.Log.TimeProvider.GetTimestamp();
        await FollowAsync(await _setup.Log.ReadHeadAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (_staleness is not null && _setup.Options.MaxStaleness - _setup.Log.TimeProvider.GetElapsedTime(asked) is var left && left > TimeSpan.Zero)
        {
            _isFresh = true;
            _staleness.Change(left, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Goes on to an entry that this process appended, and writes the state down where that is due.</summary>
    public async Task FollowOwnAsync(long privilegeHead)
    {
        Take(await _live!.CatchUpAsync(privilegeHead).ConfigureAwait(false));
        await _live.WriteIfDueAsync().ConfigureAwait(false);
        Take(_live.Current);
    }

    /// <summary>Reads committed entries. Used by one caller at a time.</summary>
    public IEntryReader ReadEntries() => _setup.Log.ReadEntries();

    /// <summary>Nothing is in force any more.</summary>
    public void Dispose()
    {
        _subscription?.Dispose();
        lock (_gate)
        {
            _isDisposed = true;
            _basis = null;
        }

        Leases?.CheckAll();
        Leases?.Dispose();
        _staleness?.Dispose();
    }

    /// <summary>Puts a policy into force, or leaves it to wait for the grant that the one in force demands (PRIVILEGE.md P15).</summary>
    private async Task DeployAsync(AccessPolicy policy, LivePrivileges live, CancellationToken cancellationToken)
    {
        var document = PolicyDocument.Of(policy);
        var deployable = new DeployablePolicy(policy.Application, policy.Version, document.Utf8);
        var inForce = await PolicyDeployment.DeployAsync(live, deployable, Now, cancellationToken).ConfigureAwait(false);
        _waiting = inForce.Version < policy.Version ? deployable : null;
        if (_waiting is not null)
        {
            GuardMessages.PolicyWaits(_setup.Logger, policy.Application, policy.Version, deployable.Digest, inForce.Index);
            await RecordRefusalAsync($"Version {policy.Version}, {deployable.Digest}, waits for a live grant for '{AuditPermissions.DeployPolicy}' that names this digest.").ConfigureAwait(false);
        }
    }

    /// <summary>Makes a state the basis of decisions, unless a newer one is already.</summary>
    private AccessBasis Take(PrivilegeState state)
    {
        AccessBasis basis;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(AccessGuard));
            if (_basis is { } current && current.Head >= state.Head)
            {
                return current;
            }

            var policy = state.Policies[_policy.Application];
            var compiled = _basis?.PolicyIndex == policy.Index ? _basis.Policy : new CompiledPolicy(policy.Compiled.Policy, Catalogue);
            basis = _basis = new AccessBasis(compiled, policy, state);
        }

        Leases?.CheckAll();
        _changed.Signal();
        DeployIfGranted();
        return basis;
    }

    private AccessPolicy Build()
    {
        var builder = new AccessPolicyBuilder().Catalogue(PermissionCatalogue.FromRules(_setup.Rules));
        _setup.Policy(builder);
        _setup.Source?.Apply(builder);
        return (builder.ApplicationName is null ? builder.Application(_setup.Application) : builder).Build();
    }

    private async Task RecordRefusalAsync(string reason)
    {
        try
        {
            var result = await _setup.Log.AppendAsync(StateEntries.Reject(_policy.Application, reason, _setup.Log.Session)).ConfigureAwait(false);
            await _live!.CatchUpAsync(result.PrivilegeHead).ConfigureAwait(false);
            await _live.WriteIfDueAsync().ConfigureAwait(false);
            Take(_live.Current);
        }
        catch (Exception unrecorded)
        {
            GuardMessages.PolicyRefused(_setup.Logger, _policy.Application, unrecorded);
        }
    }

    private IReadOnlyList<PolicyFinding> Findings(AccessPolicy policy) =>
        PolicyValidator.Validate(policy, Catalogue, _setup.Store is not null || _setup.Options.RolesFromIdentityProvider);

    private void RefuseErrors(AccessPolicy policy)
    {
        var errors = Findings(policy).Where(finding => finding.Severity == FindingSeverity.Error).ToList();
        if (errors.Count > 0)
        {
            throw new AccessPolicyException($"The policy must not take effect. {string.Join(" ", errors.Select(error => $"{error.Id}: {error.Message}"))}");
        }
    }

    /// <summary>Takes note of the time of an entry.</summary>
    public void SeeTime(DateTimeOffset time)
    {
        for (var seen = Volatile.Read(ref _lastTicks); time.UtcTicks > seen;)
        {
            var before = Interlocked.CompareExchange(ref _lastTicks, time.UtcTicks, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    /// <summary>A name that an entry can hold. Only of names that no permission can have it is another one.</summary>
    private static string Recordable(string permission) =>
        string.IsNullOrWhiteSpace(permission) ? "(blank)"
        : permission.Length > CallResource.MaxIdLength ? $"{Printable.Start(permission, 64)}… ({permission.Length} characters)"
        : permission;

    private GuardedPermission Permission(string member, string permission) => new(member, permission, Catalogue.IndexOf(permission));
}
