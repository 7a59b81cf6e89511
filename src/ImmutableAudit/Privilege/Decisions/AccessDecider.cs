using System.Runtime.CompilerServices;

namespace ImmutableAudit.Privilege;

/// <summary>
/// Decides who may do what (PRIVILEGE.md P1 to P6): a pure function, so that whoever has the policy and the grants of a basis
/// comes to the same answer. Thread-safe.
/// </summary>
/// <remarks>
/// Everything is denied that is not allowed: a link of the chain may if one of its roles holds the permission on the resource, or
/// a live grant does; an elevated permission takes the grant. The chain may if each of its links may (P18).
/// </remarks>
public static class AccessDecider
{
    private static readonly ConditionalWeakTable<AccessPolicy, CompiledPolicy> Compiled = [];

    /// <summary>Answers a query.</summary>
    /// <param name="policy">The policy in force.</param>
    /// <param name="grants">All grants that may matter; those of others are passed over.</param>
    /// <param name="query">Who, what, and on which resource.</param>
    /// <param name="now">The moment, as PRIVILEGE.md P3 has it.</param>
    public static AccessDecision Decide(AccessPolicy policy, IReadOnlyList<AccessGrant> grants, AccessQuery query, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(grants);
        ArgumentNullException.ThrowIfNull(query);
        var compiled = Compiled.GetValue(policy, static policy => new CompiledPolicy(policy));
        return compiled.Resolve(query.Subject).Decide(query.Permission, query.Resource, grants, now);
    }
}
