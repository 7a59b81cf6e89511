using System.Diagnostics.Metrics;
using ImmutableAudit;
using ImmutableAudit.DependencyInjection;
using ImmutableAudit.Privilege;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers audit logs with a host.</summary>
public static class ImmutableAuditServiceCollectionExtensions
{
    /// <summary>
    /// Registers the application's audit log: <see cref="IAuditLog"/> to append, <see cref="IAuditLogReader"/> to read,
    /// <see cref="AuditLog"/> for both. It is validated and opened when the host starts, before any hosted service, and
    /// closed when the container is disposed.
    /// </summary>
    /// <param name="services">Where to register.</param>
    /// <param name="configure">Says the log's name, where it is stored, and who signs.</param>
    /// <exception cref="InvalidOperationException">The log is registered already.</exception>
    public static IServiceCollection AddImmutableAudit(this IServiceCollection services, Action<AuditLogBuilder> configure) =>
        Add(services, null, configure);

    /// <summary>Registers one of several logs, side by side, as keyed services: <c>[FromKeyedServices("payments")] IAuditLog log</c>.</summary>
    /// <param name="services">Where to register.</param>
    /// <param name="name">The services' key.</param>
    /// <param name="configure">Says the log's name, where it is stored, and who signs.</param>
    /// <exception cref="InvalidOperationException">A log with this key is registered already.</exception>
    public static IServiceCollection AddImmutableAudit(this IServiceCollection services, string name, Action<AuditLogBuilder> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Add(services, name, configure);
    }

    private static IServiceCollection Add(IServiceCollection services, string? name, Action<AuditLogBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        if (services.Any(service => service.ServiceType == typeof(AuditLog) && Equals(service.ServiceKey, name)))
        {
            throw new InvalidOperationException(
                name is null ? "An audit log is registered already; register further ones by name." : $"An audit log named '{name}' is registered already.");
        }

        var builder = new AuditLogBuilder();
        configure(builder);
        var optionsName = name ?? Options.Options.DefaultName;
        services.AddOptions<AuditLogOptions>(optionsName)
            .Configure<IServiceProvider>((options, provider) =>
            {
                options.TimeProvider = provider.GetService<TimeProvider>() ?? options.TimeProvider;
                options.LoggerFactory = provider.GetService<ILoggerFactory>() ?? options.LoggerFactory;
                options.MeterFactory = provider.GetService<IMeterFactory>();
                builder.Apply(options, provider);
            })
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AuditLogOptions>, AuditLogOptionsValidator>());

        if (name is null)
        {
            services.AddSingleton(provider => Create(provider, optionsName));
            services.AddSingleton<IAuditLog>(provider => provider.GetRequiredService<AuditLog>());
            services.AddSingleton<IAuditLogReader>(provider => Reader(provider, provider.GetRequiredService<AuditLog>(), about: null));
            services.AddSingleton<IHostedService>(provider => new AuditLogHost(provider.GetRequiredService<AuditLog>()));
        }
        else
        {
            services.AddKeyedSingleton(name, (provider, _) => Create(provider, optionsName));
            services.AddKeyedSingleton<IAuditLog>(name, (provider, key) => provider.GetRequiredKeyedService<AuditLog>(key));
            services.AddKeyedSingleton<IAuditLogReader>(name, (provider, key) =>
            {
                var log = provider.GetRequiredKeyedService<AuditLog>(key);
                return Reader(provider, log, about: log.Origin);
            });
            services.AddSingleton<IHostedService>(provider => new AuditLogHost(provider.GetRequiredKeyedService<AuditLog>(name)));
        }

        return services;
    }

    /// <summary>Where there are guards, one stands in front of reading (PRIVILEGE.md P28).</summary>
    private static IAuditLogReader Reader(IServiceProvider provider, AuditLog log, string? about) =>
        provider.GetService<AccessGuard>() is { } guard ? new GuardedReader(log, guard, about) : log;

    private static AuditLog Create(IServiceProvider provider, string name)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<AuditLogOptions>>().Get(name);
        var log = new AuditLog(options);
        AuditLog.TakeSink(options); // Not before: with options at fault there is no log, and the next attempt tells of them again.
        return log;
    }
}
