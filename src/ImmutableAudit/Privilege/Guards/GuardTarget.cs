using System.ComponentModel;

namespace ImmutableAudit.Privilege;

/// <summary>
/// What a generated guard stands in front of. Owns it: disposing the guard disposes the implementation, once
/// (PRIVILEGE.md P12).
/// </summary>
/// <typeparam name="TInterface">The guarded interface.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GuardTarget<TInterface> : IDisposable, IAsyncDisposable
    where TInterface : class
{
    private readonly AccessGuard _guard;
    private int _disposed;

    /// <summary>Builds what stands behind the guard of an open generic interface. For the generated guard alone.</summary>
    /// <param name="services">The container or scope.</param>
    public GuardTarget(IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var targets = services.GetService(typeof(IOpenTargets)) as IOpenTargets
            ?? throw new InvalidOperationException("No open generic interface is registered with AddGuarded.");
        _guard = targets.Guard;
        Inner = (TInterface)targets.Build(typeof(TInterface), services);
    }

    internal GuardTarget(TInterface inner, AccessGuard guard)
    {
        Inner = inner;
        _guard = guard;
    }

    /// <summary>The implementation. For the generated guard alone.</summary>
    public TInterface Inner { get; }

    /// <summary>The guard of one member.</summary>
    public MemberGuard Guard(GuardRule rule) => _guard.For(rule);

    /// <summary>Disposes the implementation, if it can be.</summary>
    /// <exception cref="InvalidOperationException">It can be disposed asynchronously only, and was not yet. <see cref="DisposeAsync"/> still does so.</exception>
    public void Dispose()
    {
        if (Inner is IAsyncDisposable and not IDisposable)
        {
            if (Volatile.Read(ref _disposed) == 0)
            {
                throw new InvalidOperationException(
                    $"'{Inner.GetType()}' can be disposed asynchronously only. Dispose its scope or container with DisposeAsync.");
            }
        }
        else if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            (Inner as IDisposable)?.Dispose();
        }
    }

    /// <summary>Disposes the implementation, if it can be: asynchronously where it can.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            switch (Inner)
            {
                case IAsyncDisposable disposable:
                    await disposable.DisposeAsync().ConfigureAwait(false);
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }
        }
    }
}
