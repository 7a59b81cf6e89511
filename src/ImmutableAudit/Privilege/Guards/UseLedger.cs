using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

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

    /// <summary>Number of callers that have taken counts from where nobody drains, and not yet put them where somebody does.</summary>
    private int _moving;

    /// <summary>Where a subject's use is counted; <see langword="null"/> where there is no room for another one.</summary>
    public UseCounts? TryFor(AuditSubject subject) =>
        _subjects.TryGetValue(subject, out var counts) ? counts : _subjects.Count < MaxSubjects ? For(subject) : null;

    /// <summary>Counts one use, wherever it now belongs.</summary>
    /// <returns><see langword="false"/> where it was too late for that: it is not counted.</returns>
    public bool TryCount(UseCounts counts, int permission)
    {
        Add(counts, permission, 1);
        return !_isClosed || !TryTakeBack(counts.Subject, permission);
    }

    /// <summary>Gives back what was drained and could not be recorded.</summary>
    public void Return(AuditSubject subject, int permission, long uses) => Add(For(subject), permission, uses);

    /// <summary>Counts no more. What was counted before is there to be drained, for the last time.</summary>
    public void Close()
    {
        _isClosed = true;

        // Who counts writes and then looks; so must who drains after this, or both miss each other.
        Interlocked.MemoryBarrier();
        SpinWait.SpinUntil(() => Volatile.Read(ref _moving) == 0);
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

    private void Add(UseCounts counts, int permission, long uses)
    {
        counts.Add(permission, uses);
        if (counts.IsRetired)
        {
            Move(counts, permission);
        }
    }

    /// <summary>From counts that nobody drains any more to those of the same subject that somebody does.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Move(UseCounts counts, int permission)
    {
        Interlocked.Increment(ref _moving);
        while (counts.IsRetired && counts.Take(permission) is > 0 and var left)
        {
            counts = For(counts.Subject);
            counts.Add(permission, left);
        }

        Interlocked.Decrement(ref _moving);
    }

    /// <summary>What is not there any more has been drained; it need not be the same use, as it is the same subject's.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTakeBack(AuditSubject subject, int permission) =>
        _subjects.TryGetValue(subject, out var counts) && counts.TryTakeOne(permission);

    private UseCounts For(AuditSubject subject) =>
        _subjects.GetOrAdd(subject, static (subject, permissions) => new UseCounts(subject, permissions), permissions);
}
