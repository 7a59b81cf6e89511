using System.Runtime.CompilerServices;

namespace ImmutableAudit.Privilege;

/// <summary>
/// The least-privilege layer of one application on its log: decides and records, for generated guards and by hand. Register
/// it with <c>AddLeastPrivilege</c>, or open it with <see cref="OpenAsync"/>. Thread-safe.
/// </summary>
/// <remarks>Dispose it before its log: what was only counted until then is recorded.</remarks>
public sealed class AccessGuard : IAccessGuard, IAsyncDisposable, IDisposable
{
    private readonly GuardServices _services;
    private readonly AttemptRecorder _recorder;
    private readonly SummaryWriter _summaries;
    private readonly GrantKeeper _keeper;
    private readonly UseOfSubjects _use;

    /// <summary>Whether the ambient subject as it is says all: no accessor of the application's own is asked, and no store.</summary>
    private readonly bool _isAmbientAlone;
    private int _disposed;

    internal AccessGuard(GuardSetup setup)
    {
        var faults = setup.Options.Validate().ToList();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join(' ', faults), nameof(setup));
        }

        _services = new GuardServices(setup);
        _recorder = new AttemptRecorder(_services);
        _summaries = new SummaryWriter(_services);
        _keeper = new GrantKeeper(_services);
        _use = _services.Use;
        _isAmbientAlone = ReferenceEquals(setup.Subjects, SubjectScope.Accessor) && setup.Store is null;
    }

    /// <summary>Opens the layer on a log, without a container: checks the policy, and deploys it.</summary>
    /// <param name="log">The log, which stays the caller's.</param>
    /// <param name="catalogue">The permissions of guarded interfaces: the generated <see cref="GuardCatalogue"/>s.</param>
    /// <param name="policy">Says the policy. Its application is named like the log unless it says otherwise.</param>
    /// <param name="options">Options; the defaults if absent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AccessPolicyException">The policy has findings that forbid to start.</exception>
    /// <exception cref="PolicyConflictException">Another policy of its version is in force.</exception>
    /// <exception cref="AuditUnavailableException">The log takes no entries.</exception>
    public static async Task<AccessGuard> OpenAsync(
        AuditLog log,
        IEnumerable<GuardCatalogue> catalogue,
        Action<AccessPolicyBuilder> policy,
        LeastPrivilegeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(catalogue);
        ArgumentNullException.ThrowIfNull(policy);
        var guard = new AccessGuard(new GuardSetup(log.Privileged, policy)
        {
            Rules = [.. catalogue.SelectMany(guards => guards.Guards).SelectMany(description => description.Rules)],
            Options = options ?? new LeastPrivilegeOptions(),
        });
        try
        {
            await guard.StartAsync(cancellationToken).ConfigureAwait(false);
            return guard;
        }
        catch
        {
            await guard.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Puts the generated guard of its interface in front of an implementation, and hands both over: disposing the guard disposes it.</summary>
    /// <exception cref="InvalidOperationException">The interface has no guard.</exception>
    public TInterface Guard<TInterface>(TInterface implementation)
        where TInterface : class
    {
        ArgumentNullException.ThrowIfNull(implementation);
        return GuardDescriptions.For(typeof(TInterface)).CreateGuard(new GuardTarget<TInterface>(implementation, this));
    }

    /// <inheritdoc/>
    public async ValueTask<Access> DemandAsync(
        string permission, AuditResource? resource = null, AuditDetails? details = null, CancellationToken cancellationToken = default) =>
        new(await _recorder.EnterAsync(ByHand(permission, resource, details), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public async ValueTask<AccessAttempt> TryDemandAsync(
        string permission, AuditResource? resource = null, AuditDetails? details = null, CancellationToken cancellationToken = default)
    {
        var attempt = ByHand(permission, resource, details);
        try
        {
            var call = await _recorder.EnterAsync(attempt, cancellationToken).ConfigureAwait(false);
            return new AccessAttempt(attempt.Decision, new Access(call));
        }
        catch (AccessDeniedException)
        {
            return new AccessAttempt(attempt.Decision, null);
        }
    }

    /// <summary>Records what was only counted until now, and ends: nothing is allowed any more. The log stays open.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // First nothing is allowed any more: what were counted after the last summary would be on no record.
        _services.Engine.Dispose();
        await _keeper.DisposeAsync().ConfigureAwait(false);
        await _summaries.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();

    internal GuardServices Services => _services;

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        await _services.Engine.StartAsync(cancellationToken).ConfigureAwait(false);
        _summaries.Start();
        _keeper.Start();
    }

    internal MemberGuard For(GuardRule rule) => new(this, _services.Engine.Permission(rule));

    internal Caller CurrentCaller() => Caller.Of(_services.Subjects);

    /// <summary>Whether the current subject may and that is only counted. <see langword="false"/>: the long way decides.</summary>
    internal bool Passes(GuardedPermission permission) =>
        _isAmbientAlone ? SubjectScope.Current is { } subject && _use.Passes(permission, subject) : PassesOtherwise(permission);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool PassesOtherwise(GuardedPermission permission) =>
        _services.Store is null && CurrentCaller().Subject is { } subject && _use.Passes(permission, subject);

    internal ValueTask<GuardedCall> EnterAsync(
        GuardedPermission permission, in Caller caller, CallArguments arguments, CancellationToken cancellationToken) =>
        _recorder.EnterAsync(Attempt(permission, caller, arguments), cancellationToken);

    internal GuardedCall Enter(
        GuardedPermission permission, in Caller caller, CallArguments arguments, CancellationToken cancellationToken) =>
        _recorder.Enter(Attempt(permission, caller, arguments), cancellationToken);

    private Attempt Attempt(GuardedPermission permission, in Caller caller, CallArguments arguments) =>
        new(_services, permission, caller, arguments.Resource, arguments.ToDetails(_services.Sensitive));

    private Attempt ByHand(string permission, AuditResource? resource, AuditDetails? details)
    {
        ArgumentNullException.ThrowIfNull(permission);
        return new(_services, _services.Engine.Permission(permission), CurrentCaller(), CallResource.Of(resource), GivenDetails.Bounded(details));
    }
}
