using System.Diagnostics.CodeAnalysis;
using ImmutableAudit;
using ImmutableAudit.DependencyInjection;
using ImmutableAudit.Privilege;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the least-privilege layer, and services behind their guards.</summary>
public static class LeastPrivilegeServiceCollectionExtensions
{
    /// <summary>
    /// Denies by default: from here on a guarded member runs only for who holds its permission, and each decision is in the
    /// application's log before the act. Needs <c>AddImmutableAudit</c>. The policy is checked when the host starts, and
    /// deployed into the log.
    /// </summary>
    /// <param name="services">Where to register.</param>
    /// <param name="policy">Says the policy: its version, roles, assignments.</param>
    /// <param name="configure">Changes options.</param>
    /// <exception cref="InvalidOperationException">It is registered already.</exception>
    public static IServiceCollection AddLeastPrivilege(
        this IServiceCollection services, Action<AccessPolicyBuilder> policy, Action<LeastPrivilegeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(policy);
        if (services.Any(service => service.ServiceType == typeof(AccessGuard)))
        {
            throw new InvalidOperationException("Least privilege is registered already. Say the whole policy in one place.");
        }

        var registrations = GuardedRegistrations.Of(services);
        services.AddOptions();
        services.TryAddSingleton<ISubjectAccessor>(SubjectScope.Accessor);
        services.AddSingleton(provider =>
        {
            var options = new LeastPrivilegeOptions();
            configure?.Invoke(options);
            var log = provider.GetRequiredService<AuditLog>();
            return new AccessGuard(new GuardSetup(log.Privileged, policy)
            {
                Application = provider.GetService<IHostEnvironment>()?.ApplicationName ?? log.Origin,
                Rules = [.. GuardedReader.Rules, .. registrations.Rules],
                Subjects = provider.GetRequiredService<ISubjectAccessor>(),
                Source = new ConfiguredPolicySource(
                    provider.GetRequiredService<IOptionsFactory<AccessPolicyOptions>>(),
                    provider.GetServices<IOptionsChangeTokenSource<AccessPolicyOptions>>()),
                Store = provider.GetService<IRoleAssignmentStore>(),
                Options = options,
                Logger = (provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger<AccessGuard>(),
            });
        });
        services.AddSingleton<IAccessGuard>(provider => provider.GetRequiredService<AccessGuard>());
        services.AddSingleton<IAccessRequests>(provider => new AccessRequests(provider.GetRequiredService<AccessGuard>()));
        services.AddSingleton<IHostedService>(provider => new LeastPrivilegeHost(
            provider.GetRequiredService<AuditLog>(),
            provider.GetRequiredService<AccessGuard>(),
            registrations,
            provider.GetRequiredService<IServiceProviderIsService>()));
        return services;
    }

    /// <summary>Puts a class behind the guard of its interface. The class is built by the guard's registration and cannot be resolved without it.</summary>
    /// <param name="services">Where to register.</param>
    /// <param name="lifetime">Of guard and implementation together.</param>
    /// <param name="serviceKey">The services' key, for one of several.</param>
    /// <typeparam name="TInterface">A <see cref="GuardedAttribute">guarded</see> interface.</typeparam>
    /// <typeparam name="TImplementation">What does the work.</typeparam>
    /// <exception cref="InvalidOperationException">The interface has no guard.</exception>
    public static IServiceCollection AddGuarded<
        TInterface,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(
        this IServiceCollection services, ServiceLifetime lifetime = ServiceLifetime.Scoped, object? serviceKey = null)
        where TInterface : class
        where TImplementation : class, TInterface
    {
        // A factory takes only what has one constructor; of several, the container's services say which.
        Func<IServiceProvider, TInterface> build = provider => ActivatorUtilities.CreateInstance<TImplementation>(provider);
        if (typeof(TImplementation).GetConstructors().Length == 1)
        {
            var factory = ActivatorUtilities.CreateFactory<TImplementation>([]);
            build = provider => factory(provider, null);
        }

        return Add(services, build, typeof(TImplementation), lifetime, serviceKey);
    }

    /// <summary>Puts what a factory makes behind the guard of its interface.</summary>
    /// <param name="services">Where to register.</param>
    /// <param name="factory">Makes the implementation, which the guard then owns and disposes: a new one at each call.</param>
    /// <param name="lifetime">Of guard and implementation together.</param>
    /// <param name="serviceKey">The services' key, for one of several.</param>
    /// <exception cref="InvalidOperationException">The interface has no guard.</exception>
    public static IServiceCollection AddGuarded<TInterface>(
        this IServiceCollection services,
        Func<IServiceProvider, TInterface> factory,
        ServiceLifetime lifetime = ServiceLifetime.Scoped,
        object? serviceKey = null)
        where TInterface : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        return Add(services, factory, null, lifetime, serviceKey);
    }

    /// <summary>Puts a generic class behind the guard of its generic interface: <c>AddGuarded(typeof(IRepository&lt;&gt;), typeof(Repository&lt;&gt;))</c>.</summary>
    /// <param name="services">Where to register.</param>
    /// <param name="guarded">The interface's definition.</param>
    /// <param name="implementation">The class's definition, with the same type parameters.</param>
    /// <param name="lifetime">Of guard and implementation together.</param>
    /// <exception cref="InvalidOperationException">The interface has no guard.</exception>
    [RequiresDynamicCode("Guards of open generic interfaces are made at run time. Register the closed interfaces one by one where code is compiled ahead of time.")]
    public static IServiceCollection AddGuarded(
        this IServiceCollection services,
        Type guarded,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type implementation,
        ServiceLifetime lifetime = ServiceLifetime.Scoped)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(guarded);
        ArgumentNullException.ThrowIfNull(implementation);
        if (!guarded.IsGenericTypeDefinition || !implementation.IsGenericTypeDefinition)
        {
            throw new ArgumentException("Both must be generic definitions, as typeof(IRepository<>). For others, use AddGuarded<TInterface, TImplementation>().", nameof(guarded));
        }

        var description = GuardDescriptions.For(guarded);
        services.TryAddSingleton<IOpenTargets>(provider => new OpenTargets(
            provider.GetRequiredService<GuardedRegistrations>(), provider.GetRequiredService<AccessGuard>()));
        GuardedRegistrations.Of(services).Add(
            new GuardedRegistration(ServiceDescriptor.Describe(guarded, description.OpenGuard!, lifetime), implementation), description);
        return services;
    }

    private static IServiceCollection Add<TInterface>(
        IServiceCollection services,
        Func<IServiceProvider, TInterface> factory,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type? implementation,
        ServiceLifetime lifetime,
        object? serviceKey)
        where TInterface : class
    {
        ArgumentNullException.ThrowIfNull(services);
        var description = GuardDescriptions.For(typeof(TInterface));

        TInterface Guard(IServiceProvider provider)
        {
            // First the guard: without one nothing is built that nobody would dispose.
            var guard = provider.GetRequiredService<AccessGuard>();
            return description.CreateGuard(new GuardTarget<TInterface>(factory(provider), guard));
        }

        GuardedRegistrations.Of(services).Add(
            new GuardedRegistration(
                serviceKey is null
                    ? ServiceDescriptor.Describe(typeof(TInterface), Guard, lifetime)
                    : ServiceDescriptor.DescribeKeyed(typeof(TInterface), serviceKey, (provider, _) => Guard(provider), lifetime),
                implementation),
            description);
        return services;
    }
}
