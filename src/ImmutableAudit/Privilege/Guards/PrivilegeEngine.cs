namespace ImmutableAudit.Privilege;

/// <summary>
/// Keeps what is in force: folds the log's privilege entries, deploys the application's policy, and follows when the log goes
/// on. Thread-safe.
/// </summary>
internal sealed class PrivilegeEngine : IDisposable
{
    private readonly GuardSetup _setup;
    private readonly AccessPolicy _policy;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile AccessBasis? _inForce;

    public PrivilegeEngine(GuardSetup setup)
    {
        _setup = setup;
        var builder = new AccessPolicyBuilder()
            .Application(setup.Application)
            .Catalogue(PermissionCatalogue.FromRules(setup.Rules));
        setup.Policy(builder);
        _policy = builder.Build();
    }

    /// <summary>The application's permissions; their indexes stay, whatever policy comes into force.</summary>
    public PermissionCatalogue Catalogue => _policy.Catalogue;

    /// <summary>What decisions are taken on now.</summary>
    /// <exception cref="AuditUnavailableException">Nothing is in force yet.</exception>
    public AccessBasis InForce => _inForce
        ?? throw new AuditUnavailableException("Least privilege has not started, so nothing is allowed. A host starts it before its services; without one, use AccessGuard.OpenAsync.");

    /// <summary>The present time, as decisions take it.</summary>
    public DateTimeOffset Now => _setup.Log.TimeProvider.GetUtcNow();

    /// <summary>What a guarded member needs.</summary>
    public GuardedPermission Permission(GuardRule rule) => Permission(rule.Member, rule.Permission);

    /// <summary>What is asked for by hand.</summary>
    public GuardedPermission Permission(string permission) => Permission(permission, permission);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _setup.Log.RequireSessionAsync(cancellationToken).ConfigureAwait(false);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _inForce = new AccessBasis(new CompiledPolicy(_policy, Catalogue), 0, 0, []);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Folds what was appended since, by whomever.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        _gate.Release();
    }

    public void Dispose() => _gate.Dispose();

    private GuardedPermission Permission(string member, string permission)
    {
        var index = Catalogue.IndexOf(permission);
        var definition = index < 0 ? null : Catalogue[index];
        return new GuardedPermission(
            member, permission, index, definition?.Elevated ?? false, definition?.AuditLevel ?? AuditLevel.DecisionAndOutcome);
    }
}
