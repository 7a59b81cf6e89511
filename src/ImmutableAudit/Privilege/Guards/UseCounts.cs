namespace ImmutableAudit.Privilege;

/// <summary>
/// How often one subject used each permission whose use is not recorded one by one (PRIVILEGE.md P5). Any thread counts; one
/// at a time drains. No use is lost when the counts are retired meanwhile: who counts looks afterwards.
/// </summary>
internal sealed class UseCounts(AuditSubject subject, int permissions)
{
    private readonly long[] _counts = new long[permissions];
    private volatile bool _retired;

    public AuditSubject Subject { get; } = subject;

    /// <summary>Counts one use.</summary>
    /// <returns>How many uses the caller has to count elsewhere, since these counts are retired: 0 as a rule.</returns>
    public long Count(int permission)
    {
        Interlocked.Increment(ref _counts[permission]);
        return _retired ? Interlocked.Exchange(ref _counts[permission], 0) : 0;
    }

    /// <summary>Adds uses that could not be recorded, or that were counted elsewhere.</summary>
    /// <inheritdoc cref="Count" path="/returns"/>
    public long Add(int permission, long uses)
    {
        Interlocked.Add(ref _counts[permission], uses);
        return _retired ? Interlocked.Exchange(ref _counts[permission], 0) : 0;
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

    /// <summary>Counts no more. What is counted after this is handed back; so drain once more.</summary>
    public void Retire()
    {
        _retired = true;

        // Who counts writes and then looks; so must who drains after this, or both miss each other.
        Interlocked.MemoryBarrier();
    }
}
