using System.Diagnostics.CodeAnalysis;
using ImmutableAudit.Privilege;
using Microsoft.Extensions.DependencyInjection;

namespace ImmutableAudit.DependencyInjection;

/// <summary>Every guarded interface of one host, and with them the permissions that it needs.</summary>
/// <param name="services">All registrations: looked through when the host starts.</param>
internal sealed class GuardedRegistrations(IServiceCollection services)
{
    private readonly List<GuardedRegistration> _registrations = [];
    private readonly Dictionary<Type, GuardDescription> _descriptions = [];

    /// <summary>What the guards' members need.</summary>
    public IEnumerable<GuardRule> Rules => _descriptions.Values.SelectMany(description => description.Rules);

    /// <summary>The one of these registrations.</summary>
    public static GuardedRegistrations Of(IServiceCollection services)
    {
        if (services.FirstOrDefault(service => service.ServiceType == typeof(GuardedRegistrations))?.ImplementationInstance
            is GuardedRegistrations registrations)
        {
            return registrations;
        }

        registrations = new GuardedRegistrations(services);
        services.AddSingleton(registrations);
        return registrations;
    }

    public void Add(GuardedRegistration registration, GuardDescription description)
    {
        services.Add(registration.Descriptor);
        _registrations.Add(registration);
        _descriptions[description.Interface] = description;
    }

    /// <summary>What stands behind the guard of an open generic interface.</summary>
    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public Type OpenImplementation(Type definition) =>
        _registrations.FirstOrDefault(registration => registration.Interface == definition)?.Implementation
        ?? throw new InvalidOperationException($"'{definition}' is not registered with AddGuarded.");

    /// <summary>Refuses registrations that would let a caller pass by a guard, or that cannot be built.</summary>
    /// <exception cref="AccessPolicyException">There are such.</exception>
    public void Check(IServiceProviderIsService isService)
    {
        var guards = _registrations.Select(registration => registration.Descriptor).ToHashSet();
        var faults = _registrations.SelectMany(registration => registration.Faults(services, guards, isService)).Distinct(StringComparer.Ordinal).ToList();
        if (faults.Count > 0)
        {
            throw new AccessPolicyException(string.Join(' ', faults));
        }
    }
}
