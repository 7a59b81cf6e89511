using System.Collections.Concurrent;
using System.Reflection;

namespace ImmutableAudit.Privilege;

/// <summary>Finds the guard that was generated for an interface.</summary>
internal static class GuardDescriptions
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyList<GuardDescription>> s_catalogues = new();

    /// <summary>The guard of an interface.</summary>
    /// <exception cref="InvalidOperationException">None was generated.</exception>
    public static GuardDescription For(Type guarded)
    {
        var definition = guarded.IsConstructedGenericType ? guarded.GetGenericTypeDefinition() : guarded;
        return s_catalogues.GetOrAdd(guarded.Assembly, Read).FirstOrDefault(description => description.Interface == definition)
            ?? throw new InvalidOperationException(
                $"There is no guard for '{guarded}'. Put [Guarded] on the interface, and let its project reference the ImmutableAudit package, whose generator writes the guard.");
    }

    private static IReadOnlyList<GuardDescription> Read(Assembly assembly) =>
        assembly.GetCustomAttribute<GuardCatalogueAttribute>() is { } named
            ? ((GuardCatalogue)Activator.CreateInstance(named.Catalogue)!).Guards
            : [];
}
