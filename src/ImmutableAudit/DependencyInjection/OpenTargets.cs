using System.Diagnostics.CodeAnalysis;
using ImmutableAudit.Privilege;
using Microsoft.Extensions.DependencyInjection;

namespace ImmutableAudit.DependencyInjection;

/// <summary>Closes and builds the implementations that were registered as open generics.</summary>
internal sealed class OpenTargets(GuardedRegistrations registrations, AccessGuard guard) : IOpenTargets
{
    public AccessGuard Guard => guard;

    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "AddGuarded for open generics is declared to need dynamic code.")]
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "The constraints are those of the interface, which is closed already.")]
    public object Build(Type guarded, IServiceProvider services) =>
        ActivatorUtilities.CreateInstance(
            services,
            registrations.OpenImplementation(guarded.GetGenericTypeDefinition()).MakeGenericType(guarded.GenericTypeArguments));
}
