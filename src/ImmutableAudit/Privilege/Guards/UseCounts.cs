namespace ImmutableAudit.Privilege;

/// <summary>
/// How often one subject used each permission whose use is not recorded one by one (PRIVILEGE.md P5). Any thread counts; one
/// at a time drains. No use is lost when the counts are retired meanwhile: who counts learns whether it was too late.
/// </summary>
internal sealed class UseCounts(AuditSubject subject, int permissions)
{
    /// <summary>So far below zero that no number of uses makes it positive.</summary>
    private const long Retired = long.MinValue / 2;

    private readonly long[] _counts = new long[permissions];

    public AuditSubject Subject { get; } = subject;

    /// <summary>Counts so many uses, one or more, unless nobody drains here any more.</summary>
    public bool TryAdd(int permission, long uses) => Interlocked.Add(ref _counts[permission], uses) > 0;

    /// <summary>Takes one use, unless all are drained.</summary>
    public bool TryTakeOne(int permission)
    {
        for (var uses = Volatile.Read(ref _counts[permission]); uses > 0;)
        {
            var found = Interlocked.CompareExchange(ref _counts[permission], uses - 1, uses);
            if (found == uses)
            {
                return true;
            }

            uses = found;
        }

        return false;
    }

    /// <summary>Takes what was counted.</summary>
    public IEnumerable<(int Permission, long Uses)> Drain()
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            if (Volatile.Read(ref _counts[i]) > 0 && Interlocked.Exchange(ref _counts[i], 0) is > 0 and var uses)
            {
                yield return (i, uses);
            }
        }
    }

    /// <summary>Takes what was counted, for the last time: nothing is counted here any more.</summary>
    public IEnumerable<(int Permission, long Uses)> Retire()
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            if (Interlocked.Exchange(ref _counts[i], Retired) is > 0 and var uses)
            {
                yield return (i, uses);
            }
        }
    }
}
