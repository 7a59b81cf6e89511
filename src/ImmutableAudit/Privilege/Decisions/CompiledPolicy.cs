using System.Collections.Frozen;

namespace ImmutableAudit.Privilege;

/// <summary>A policy made fit for deciding: names are resolved to indexes once. Immutable and thread-safe.</summary>
internal sealed class CompiledPolicy
{
    private readonly PermissionCatalogue _indexes;
    private readonly bool[] _known;
    private readonly bool[] _elevated;
    private readonly AuditLevel[] _levels;
    private readonly FrozenDictionary<string, CompiledRole> _roles;

    /// <summary>Compiles a policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="application">
    /// Whose order the indexes follow, so that they stay when the policy changes; by default the policy's own. A permission is
    /// elevated if either says so, and unknown if either does not know it: what they disagree on is denied. Of its use goes on
    /// record what either wants.
    /// </param>
    public CompiledPolicy(AccessPolicy policy, PermissionCatalogue? application = null)
    {
        Policy = policy;
        _indexes = application ?? policy.Catalogue;
        _known = [.. _indexes.Select(permission => policy.Catalogue.Contains(permission.Permission))];
        _elevated = [.. _indexes.Select(permission => permission.Elevated
            || (policy.Catalogue.TryGet(permission.Permission, out var definition) && definition.Elevated))];
        _levels = [.. _indexes.Select(permission => policy.Catalogue.TryGet(permission.Permission, out var definition) && definition.AuditLevel < permission.AuditLevel
            ? definition.AuditLevel : permission.AuditLevel)];
        Counted = PermissionBits.Of(_levels.Length, index => _known[index] && !_elevated[index] && _levels[index] == AuditLevel.DenialsOnly);
        var roles = policy.Roles.Select((role, number) => new CompiledRole(role, number, Standing)).ToList();
        _roles = roles.ToFrozenDictionary(role => role.Role.Name, StringComparer.Ordinal);
        roles.ForEach(role => role.Link(_roles));
    }

    public AccessPolicy Policy { get; }

    /// <summary>How many permissions have an index.</summary>
    public int PermissionCount => _indexes.Count;

    public int RoleCount => _roles.Count;

    /// <summary>A permission's index, or -1 where it is unknown.</summary>
    public int IndexOf(string permission) => _indexes.IndexOf(permission) is var index && index >= 0 && _known[index] ? index : -1;

    public bool IsElevated(int permission) => _elevated[permission];

    /// <summary>Whether the outcome of an act belongs on record beside the decision (PRIVILEGE.md P5).</summary>
    public bool OwesOutcome(int permission) => _elevated[permission] || _levels[permission] == AuditLevel.DecisionAndOutcome;

    /// <summary>The permissions whose use is only counted (PRIVILEGE.md P5).</summary>
    public PermissionBits Counted { get; }

    public CompiledRole? Role(string name) => _roles.GetValueOrDefault(name);

    /// <summary>What a subject may, and each of those it acts for; worth keeping for as long as policy and subject stay.</summary>
    public SubjectPermissions Resolve(AccessSubject subject)
    {
        var links = new List<LinkPermissions>();
        for (var link = subject; link is not null; link = link.OnBehalfOf)
        {
            links.Add(new LinkPermissions(this, link, links.Count));
        }

        return new SubjectPermissions(this, [.. links]);
    }

    /// <summary>The index of what a role may hold; -1 for what counts for nothing in a role: the unknown and the elevated (P4).</summary>
    private int Standing(string permission) => IndexOf(permission) is var index && index >= 0 && !_elevated[index] ? index : -1;
}
