using System.Runtime.InteropServices;

namespace ImmutableAudit.Privilege;

/// <summary>An actor as entries have it, under one policy.</summary>
/// <param name="Permissions">What it may.</param>
/// <param name="HasTheseRoles">Whether the roles on record are those that the policy yields.</param>
/// <param name="Links">The subjects of the chain.</param>
/// <param name="Sources">Who says which roles it has.</param>
internal sealed record ResolvedActor(
    SubjectPermissions Permissions, bool HasTheseRoles, SubjectKey[] Links, RoleSources.Counter[] Sources);

/// <summary>
/// Finds out once what each actor with its roles may under each policy: that takes longer than all else about an entry. Keeps a
/// bounded number. Not thread-safe.
/// </summary>
internal sealed class ResolvedActors(RoleSources sources)
{
    private const int Most = 16_384;

    private readonly Dictionary<Key, ResolvedActor?> _known = new(ByContent.Instance);

    /// <summary>Finds an entry's actor; <see langword="null"/> where no guard can have written it.</summary>
    /// <param name="policy">Index of the policy.</param>
    /// <param name="compiled">The policy.</param>
    /// <param name="entry">The entry.</param>
    public ResolvedActor? Of(long policy, CompiledPolicy compiled, AuditEntry entry)
    {
        var key = new Key(policy, entry.Event.Actor, entry.Roles ?? []);
        if (_known.Count >= Most)
        {
            _known.Clear();
        }

        ref var actor = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, key, out var isKnown);
        return isKnown ? actor : actor = Resolve(compiled, key);
    }

    private ResolvedActor? Resolve(CompiledPolicy policy, in Key key)
    {
        try
        {
            var permissions = policy.Resolve(AccessSubject.Recorded(key.Actor, key.Roles));
            var links = new List<SubjectKey>();
            for (var link = key.Actor; link is not null; link = link.OnBehalfOf)
            {
                links.Add(SubjectKey.Of(link));
            }

            return new ResolvedActor(permissions, permissions.Roles.SequenceEqual(key.Roles), [.. links], sources.Of(key.Roles));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private readonly record struct Key(long Policy, AuditSubject Actor, IReadOnlyList<AuditRole> Roles);

    private sealed class ByContent : IEqualityComparer<Key>
    {
        public static ByContent Instance { get; } = new();

        public bool Equals(Key x, Key y)
        {
            if (x.Policy != y.Policy || x.Roles.Count != y.Roles.Count || !x.Actor.Equals(y.Actor))
                return false;

            for (var i = 0; i < x.Roles.Count; i++)
            {
                if (!x.Roles[i].Equals(y.Roles[i]))
                    return false;
            }

            return true;
        }

        public int GetHashCode(Key key)
        {
            var hash = HashCode.Combine(key.Policy, SubjectKey.Of(key.Actor), key.Roles.Count);
            return key.Roles.Count == 0 ? hash : HashCode.Combine(hash, key.Roles[0].Source, key.Roles[^1].Role);
        }
    }
}
