namespace ImmutableAudit.Privilege;

/// <summary>
/// How often one subject used each permission whose use is not recorded one by one (PRIVILEGE.md P5). Any thread counts; one
/// at a time drains. No use is lost when the counts are retired meanwhile: who has added looks afterwards.
/// </summary>
internal sealed class UseCounts(AuditSubject subject, int permissions)
{
    private readonly long[] _counts = new long[permissions];
    private volatile bool _retired;

    public AuditSubject Subject { get; } = subject;

    /// <summary>Whether what is here has to be moved to others. To be asked after adding.</summary>
    public bool IsRetired => _retired;

    /// <summary>Counts so many uses.</summary>
    public void Add(int permission, long uses) => Interlocked.Add(ref _counts[permission], uses);

    /// <summary>Takes what was counted of one permission.</summary>
    public long Take(int permission) => Interlocked.Exchange(ref _counts[permission], 0);

    /// <summary>Takes one use, where there is any.</summary>
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
            if (Volatile.Read(ref _counts[i]) > 0 && Take(i) is > 0 and var uses)
            {
                yield return (i, uses);
            }
        }
    }

    /// <summary>Counts no more. What is counted after this is moved; so drain once more.</summary>
    public void Retire()
    {
        _retired = true;

        // Who counts writes and then looks; so must who drains after this, or both miss each other.
        Interlocked.MemoryBarrier();
    }
}
