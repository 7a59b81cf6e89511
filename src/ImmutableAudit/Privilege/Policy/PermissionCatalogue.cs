using System.Collections;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace ImmutableAudit.Privilege;

/// <summary>
/// The permissions of one application, in ordinal order, each with its index in this order. Immutable and thread-safe.
/// </summary>
public sealed class PermissionCatalogue : IReadOnlyList<PermissionDefinition>
{
    private readonly PermissionDefinition[] _definitions;
    private readonly FrozenDictionary<string, int> _indexes;

    private PermissionCatalogue(IEnumerable<PermissionDefinition> definitions)
    {
        _definitions = [.. definitions.OrderBy(definition => definition.Permission, StringComparer.Ordinal)];
        _indexes = _definitions.Index().ToFrozenDictionary(pair => pair.Item.Permission, pair => pair.Index, StringComparer.Ordinal);
    }

    /// <summary>No permission.</summary>
    public static PermissionCatalogue Empty { get; } = new([]);

    /// <summary>How many permissions there are.</summary>
    public int Count => _definitions.Length;

    /// <summary>The permission with an index.</summary>
    public PermissionDefinition this[int index] => _definitions[index];

    /// <summary>Takes definitions; the same one may come several times.</summary>
    /// <exception cref="AccessPolicyException">A permission comes with different attributes.</exception>
    public static PermissionCatalogue Of(params IEnumerable<PermissionDefinition> definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        return Merge(definitions.Select(definition => (definition, "a definition")));
    }

    /// <summary>Merges what guarded members need.</summary>
    /// <exception cref="AccessPolicyException">
    /// Two members need the same permission with different attributes (PRIVILEGE.md P4), or a member's permission is malformed.
    /// </exception>
    public static PermissionCatalogue FromRules(params IEnumerable<GuardRule> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return Merge(rules.Select(rule => (Define(rule), rule.Member)));
    }

    /// <summary>The permissions of both.</summary>
    /// <exception cref="AccessPolicyException">They hold a permission with different attributes.</exception>
    public PermissionCatalogue With(PermissionCatalogue other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Merge(_definitions.Select(definition => (definition, "one catalogue"))
            .Concat(other._definitions.Select(definition => (definition, "the other"))));
    }

    /// <summary>Where a permission stands, or -1.</summary>
    public int IndexOf(string permission) => _indexes.TryGetValue(permission, out var index) ? index : -1;

    /// <summary>Whether there is a permission of this name.</summary>
    public bool Contains(string permission) => _indexes.ContainsKey(permission);

    /// <summary>Finds a permission by its name.</summary>
    public bool TryGet(string permission, [NotNullWhen(true)] out PermissionDefinition? definition)
    {
        definition = _indexes.TryGetValue(permission, out var index) ? _definitions[index] : null;
        return definition is not null;
    }

    /// <inheritdoc/>
    public IEnumerator<PermissionDefinition> GetEnumerator() => _definitions.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static PermissionCatalogue Merge(IEnumerable<(PermissionDefinition Definition, string Place)> sources)
    {
        var merged = new Dictionary<string, (PermissionDefinition Definition, string Place)>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            if (!merged.TryAdd(source.Definition.Permission, source)
                && merged[source.Definition.Permission] is var first && first.Definition != source.Definition)
            {
                throw new AccessPolicyException(
                    $"The permission '{source.Definition.Permission}' is {first.Definition.Describe()} at {first.Place}, and "
                    + $"{source.Definition.Describe()} at {source.Place}. Both belong to the permission: say the same wherever it is required.");
            }
        }

        return new PermissionCatalogue(merged.Values.Select(source => source.Definition));
    }

    private static PermissionDefinition Define(GuardRule rule)
    {
        try
        {
            return new PermissionDefinition(rule.Permission, rule.Elevated, rule.Level);
        }
        catch (AccessPolicyException e)
        {
            throw new AccessPolicyException($"{rule.Member}: {e.Message}", e);
        }
    }
}
