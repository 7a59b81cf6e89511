using System.Runtime.CompilerServices;
using ImmutableAudit.Log;

namespace ImmutableAudit.Privilege;

/// <summary>What each subject may on the basis in force, found out once for each subject object, and how often it did what is only counted. Thread-safe.</summary>
internal sealed class UseOfSubjects(IPrivilegedLog log, PrivilegeEngine engine)
{
    /// <summary>The counts.</summary>
    public UseLedger Ledger { get; } = new(engine.Catalogue.Count);

    /// <summary>What a subject may and which grants it has, on one basis.</summary>
    public static SubjectUse On(AccessSubject subject, AccessBasis basis) => Of(subject, basis);

    /// <summary>
    /// Whether a subject may by its roles, whatever is acted upon, of that nothing is to be recorded, and it was counted. Allocates
    /// nothing but at a subject's first call.
    /// </summary>
    public bool Passes(GuardedPermission permission, AccessSubject subject)
    {
        var use = Of(subject, engine.Basis);
        return use.Counted.Contains(permission.Index) && engine.IsFresh && TryCount(permission, subject, use);
    }

    /// <summary>
    /// Counts one use, if there is room for it, and the log and somebody are there to record the count later (PRIVILEGE.md P5). Otherwise
    /// it belongs on record by itself.
    /// </summary>
    public bool TryCount(GuardedPermission permission, AccessSubject subject, AccessBasis basis) =>
        TryCount(permission, subject, Of(subject, basis));

    private bool TryCount(GuardedPermission permission, AccessSubject subject, SubjectUse use) =>
        log.Commits && (use.Counts ?? Begin(use, subject)) is { } counts && Ledger.TryCount(counts, permission.Index);

    /// <summary>An answer is kept with the subject object itself, and counts on one basis only: it can be no other query's.</summary>
    private static SubjectUse Of(AccessSubject subject, AccessBasis basis) =>
        subject.Cache is SubjectUse use && ReferenceEquals(use.Basis, basis) ? use : FindOut(subject, basis);

    /// <summary>Apart, so that it takes no registers and no room from the short way.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SubjectUse FindOut(AccessSubject subject, AccessBasis basis)
    {
        // What it may by its roles follows from the policy alone; grants come and go more often.
        var permissions = subject.Cache is SubjectUse before && ReferenceEquals(before.Basis.Policy, basis.Policy) ? before.Permissions : basis.Policy.Resolve(subject);
        var use = new SubjectUse(basis, permissions, GrantsOf(subject, basis));
        subject.Cache = use;
        return use;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private UseCounts? Begin(SubjectUse use, AccessSubject subject) => use.Counts = Ledger.TryFor(subject.Identity);

    private static List<AccessGrant> GrantsOf(AccessSubject subject, AccessBasis basis)
    {
        var grants = new List<AccessGrant>();
        for (var link = basis.Grants.Count == 0 ? null : subject; link is not null; link = link.OnBehalfOf)
        {
            grants.AddRange(basis.Grants.GrantsOf(SubjectKey.Of(link.Identity), basis.InForce.Application));
        }

        return grants;
    }
}
