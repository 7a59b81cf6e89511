namespace ImmutableAudit.Privilege;

/// <summary>
/// Roles that a subject has and may not have together (PRIVILEGE.md P23). A valid policy assigns none; with roles that others
/// assert it can come to that all the same. Then none of them counts, whoever asserts them: nothing says which is right.
/// </summary>
internal sealed class DutyConflicts
{
    private static readonly DutyConflicts None = new([], 0);

    private readonly HashSet<string> _names;
    private readonly int _roleCount;

    private DutyConflicts(IReadOnlyList<SeparatedDuties> violated, int roleCount)
    {
        First = violated.Count > 0 ? violated[0] : null;
        _names = violated.SelectMany(duties => duties.Roles).ToHashSet(StringComparer.Ordinal);
        _roleCount = roleCount;
    }

    public bool Any => First is not null;

    public SeparatedDuties? First { get; }

    /// <summary>Looks at what the subject has, and at what the policy assigns to other accounts of the same person, inclusion counted.</summary>
    public static DutyConflicts Of(CompiledPolicy policy, AuditSubject subject, IReadOnlyList<CompiledRole> roles)
    {
        if (policy.Policy.Separations.Count == 0 || roles.Count == 0)
            return None;

        var seen = new bool[policy.RoleCount];
        var held = roles.Concat(OfPerson(policy, subject)).SelectMany(role => role.Closure(seen, standing: false))
            .Select(role => role.Role.Name).ToHashSet(StringComparer.Ordinal);
        var violated = policy.Policy.Separations.Where(duties => duties.Roles.Count(held.Contains) > 1).ToList();
        return violated.Count == 0 ? None : new DutyConflicts(violated, policy.RoleCount);
    }

    /// <summary>Whether a role, or one that it includes, is one of those that do not go together.</summary>
    public bool Concern(CompiledRole role) =>
        Any && role.Closure(new bool[_roleCount], standing: false).Any(included => _names.Contains(included.Role.Name));

    private static IEnumerable<CompiledRole> OfPerson(CompiledPolicy policy, AuditSubject subject)
    {
        var assigned = policy.Policy.TryGetAssignment(subject, out var assignment) ? assignment.Person : null;
        return new[] { subject.Person, assigned }.OfType<string>().SelectMany(policy.Policy.AssignmentsOf)
            .SelectMany(other => other.Roles).Select(policy.Role).OfType<CompiledRole>();
    }
}
