namespace ImmutableAudit.Log;

/// <summary>
/// Stamps entries (LOG.md L9): never backwards, and never further ahead than the time that has passed by a clock that
/// cannot be set, so that one wrong clock does not stamp the far future for ever. Used by the log's thread alone.
/// </summary>
internal sealed class EntryClock(TimeProvider time, TimeSpan maxJump)
{
    private readonly Uptime _uptime = new(time);
    private DateTimeOffset? _lastWall;
    private TimeSpan _lastUptime;
    private bool _accepted;

    private DateTimeOffset? Expected => _uptime.Now - _lastUptime is var passed && DateTimeOffset.MaxValue - _lastWall < passed ? DateTimeOffset.MaxValue : _lastWall + passed;

    /// <summary>The time for entries committed now. What has passed counts from the commit that <see cref="Confirm"/> was called for.</summary>
    /// <param name="now">The sink's time.</param>
    /// <param name="last">Time of the newest entry.</param>
    /// <param name="isAccepted">Whether an entry to be committed says that this time is right.</param>
    /// <exception cref="AuditClockException">The clock is too far ahead.</exception>
    public DateTimeOffset Stamp(DateTimeOffset now, DateTimeOffset last, bool isAccepted)
    {
        now = now.ToUniversalTime();
        _accepted = isAccepted;
        if (!isAccepted && Expected is { } expected && now - expected > maxJump)
        {
            throw new AuditClockException(
                $"The clock says {now:u}, but by the time that has passed since the last entry it is {expected:u}. Nothing was appended. "
                + "Mend the clock; or, if it is right now, say so with AcceptClockAsync.");
        }

        return now > last ? now : last;
    }

    /// <summary>Says that entries were committed at this time of the sink's.</summary>
    public void Confirm(DateTimeOffset now)
    {
        now = now.ToUniversalTime();

        // A clock that was set back and is set right again has not jumped ahead.
        _lastWall = !_accepted && Expected is { } expected && expected > now ? expected : now;
        _lastUptime = _uptime.Now;
    }
}
