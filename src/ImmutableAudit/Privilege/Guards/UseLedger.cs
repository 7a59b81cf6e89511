using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace ImmutableAudit.Privilege;

/// <summary>The counts of the subjects seen lately: what did nothing for a whole interval is forgotten. Thread-safe.</summary>
internal sealed class UseLedger(int permissions)
{
    /// <summary>Most subjects that are counted. The use of those beyond them is recorded one by one.</summary>
    public const int MaxSubjects = 10_000;

    private readonly ConcurrentDictionary<AuditSubject, UseCounts> _subjects = new();

    /// <summary>Where a subject's use is counted; <see langword="null"/> where there is no room for another one.</summary>
    public UseCounts? TryFor(AuditSubject subject) =>
        _subjects.TryGetValue(subject, out var counts) ? counts : _subjects.Count < MaxSubjects ? For(subject) : null;

    /// <summary>Counts one use, wherever it now belongs.</summary>
    public void Count(UseCounts counts, int permission)
    {
        if (counts.Count(permission) is > 0 and var left)
        {
            Return(counts.Subject, permission, left);
        }
    }

    /// <summary>Gives back what was drained and could not be recorded, or was counted where nobody drains any more.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Return(AuditSubject subject, int permission, long uses)
    {
        while (uses > 0)
        {
            uses = For(subject).Add(permission, uses);
        }
    }

    /// <summary>Takes what was counted since the last time. Subjects that did nothing are forgotten. One caller at a time.</summary>
    public IEnumerable<(AuditSubject Subject, int Permission, long Uses)> Drain()
    {
        foreach (var (subject, counts) in _subjects)
        {
            var idle = true;
            foreach (var (permission, uses) in counts.Drain())
            {
                idle = false;
                yield return (subject, permission, uses);
            }

            if (!idle)
            {
                continue;
            }

            _subjects.TryRemove(new(subject, counts));
            counts.Retire();
            foreach (var (permission, uses) in counts.Drain())
            {
                yield return (subject, permission, uses);
            }
        }
    }

    private UseCounts For(AuditSubject subject) =>
        _subjects.GetOrAdd(subject, static (subject, permissions) => new UseCounts(subject, permissions), permissions);
}
