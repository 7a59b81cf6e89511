using Microsoft.Extensions.Hosting;

namespace ImmutableAudit.DependencyInjection;

/// <summary>
/// Opens a log before any hosted service starts, so that a held lock or a damaged journal keeps the host from starting. The
/// container's disposal closes it, when every service that may still append has stopped.
/// </summary>
internal sealed class AuditLogHost(AuditLog log) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => log.OpenAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
