using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace ImmutableAudit.DependencyInjection;

/// <summary>One guarded interface as it was registered: what stands behind its guard, and the one descriptor that is right.</summary>
/// <param name="Descriptor">The guard's own registration.</param>
/// <param name="Implementation">What the guard stands in front of; <see langword="null"/> where a factory makes it.</param>
internal sealed record GuardedRegistration(
    ServiceDescriptor Descriptor,
    [property: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type? Implementation)
{
    /// <summary>The guarded interface.</summary>
    public Type Interface => Descriptor.ServiceType;

    /// <summary>What lets a caller have the implementation without its guard, or keeps it from being built (PRIVILEGE.md P12).</summary>
    /// <param name="services">All registrations.</param>
    /// <param name="guards">Those of them that are guards.</param>
    /// <param name="isService">What the container resolves.</param>
    public IEnumerable<string> Faults(
        IServiceCollection services, IReadOnlySet<ServiceDescriptor> guards, IServiceProviderIsService isService)
    {
        foreach (var other in services.Where(other => !ReferenceEquals(other, Descriptor)))
        {
            if (guards.Contains(other)
                ? other.ServiceType == Interface && Equals(other.ServiceKey, Descriptor.ServiceKey)
                : Meet(other.ServiceType, Interface))
            {
                yield return $"'{Interface}' is registered besides its guard, so that the guard may be passed by. Remove the other registration.";
            }
            else if (Implementation is not null && (Meet(other.ServiceType, Implementation) || Meet(ImplementationOf(other), Implementation)))
            {
                yield return $"'{Implementation}' is registered as '{other.ServiceType}', too, so that it can be had without its guard. "
                    + "Remove that registration: AddGuarded builds the implementation itself.";
            }
        }

        if (Implementation is not null && !CanBeBuilt(Implementation, isService, out var missing))
        {
            yield return $"'{Implementation}', behind the guard of '{Interface}', cannot be built: no public constructor has all its parameters registered"
                + (missing is null ? "." : $"; '{missing}' is not.");
        }
    }

    /// <summary>Whether two types are the same, or one is the definition that the other closes.</summary>
    private static bool Meet(Type? one, Type other) =>
        one == other
        || (one is { IsConstructedGenericType: true } && one.GetGenericTypeDefinition() == other)
        || (other.IsConstructedGenericType && other.GetGenericTypeDefinition() == one);

    private static Type? ImplementationOf(ServiceDescriptor service) =>
        service.IsKeyedService
            ? service.KeyedImplementationType ?? service.KeyedImplementationInstance?.GetType()
            : service.ImplementationType ?? service.ImplementationInstance?.GetType();

    private static bool CanBeBuilt(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type,
        IServiceProviderIsService isService,
        out Type? missing)
    {
        missing = null;
        foreach (var constructor in type.GetConstructors())
        {
            var lacking = constructor.GetParameters().FirstOrDefault(parameter =>
                !parameter.HasDefaultValue && !parameter.ParameterType.ContainsGenericParameters && !Resolves(parameter, isService));
            if (lacking is null)
            {
                return true;
            }

            missing = lacking.ParameterType;
        }

        return false;
    }

    private static bool Resolves(System.Reflection.ParameterInfo parameter, IServiceProviderIsService isService) =>
        parameter.GetCustomAttributes(typeof(FromKeyedServicesAttribute), inherit: false) is [FromKeyedServicesAttribute keyed, ..]
            ? isService is not IServiceProviderIsKeyedService isKeyed || isKeyed.IsKeyedService(parameter.ParameterType, keyed.Key)
            : isService.IsService(parameter.ParameterType);
}
