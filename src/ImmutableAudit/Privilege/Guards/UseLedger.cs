using System.Collections.Concurrent;

namespace ImmutableAudit.Privilege;

/// <summary>
/// The counts of the subjects seen lately: what did nothing for a whole interval is forgotten. Every use that was counted is drained once,
/// before the end or at it. Thread-safe.
/// </summary>
internal sealed class UseLedger(int permissions)
{
    /// <summary>Most subjects that are counted. The use of those beyond them is recorded one by one.</summary>
    public const int MaxSubjects = 10_000;

    private readonly ConcurrentDictionary<AuditSubject, UseCounts> _subjects = new();
    private volatile bool _isClosed;

    /// <summary>Where a subject's use is counted; <see langword="null"/> where there is no room for another one.</summary>
    public UseCounts? TryFor(AuditSubject subject) =>
        _subjects.TryGetValue(subject, out var counts) ? counts : _subjects.Count < MaxSubjects ? For(subject) : null;

    /// <summary>Counts one use, wherever it now belongs.</summary>
    /// <returns><see langword="false"/> where it was too late for that: it is not counted.</returns>
    public bool TryCount(UseCounts counts, int permission)
    {
        counts = Add(counts, permission, 1);
        return !_isClosed || !counts.TryTakeOne(permission);
    }

    /// <summary>Gives back what was drained and could not be recorded.</summary>
    public void Return(AuditSubject subject, int permission, long uses) => Add(For(subject), permission, uses);

    /// <summary>Counts no more. What was counted before is there to be drained, for the last time.</summary>
    public void Close() => Interlocked.Exchange(ref _isClosed, true); // Who counts writes and then looks; so must who drains after this.

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
            foreach (var (permission, uses) in counts.Retire())
            {
                yield return (subject, permission, uses);
            }
        }
    }

    /// <summary>Counts where somebody drains.</summary>
    private UseCounts Add(UseCounts counts, int permission, long uses)
    {
        while (!counts.TryAdd(permission, uses))
        {
            counts = For(counts.Subject);
        }

        return counts;
    }

    private UseCounts For(AuditSubject subject) =>
        _subjects.GetOrAdd(subject, static (subject, permissions) => new UseCounts(subject, permissions), permissions);
}
