using ImmutableAudit.Privilege;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ImmutableAudit.DependencyInjection;

/// <summary>
/// Checks policy and registrations and deploys the policy before any hosted service starts: what is misconfigured keeps the
/// host from starting.
/// </summary>
internal sealed class LeastPrivilegeHost(
    AuditLog log, AccessGuard guard, GuardedRegistrations registrations, IServiceProviderIsService isService) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        registrations.Check(isService);
        await log.OpenAsync(cancellationToken).ConfigureAwait(false);
        await guard.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
