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

    /// <summary>The time for entries committed now.</summary>
    /// <param name="now">The sink's time.</param>
    /// <param name="last">Time of the newest entry.</param>
    /// <exception cref="AuditClockException">The clock is too far ahead.</exception>
    public DateTimeOffset Stamp(DateTimeOffset now, DateTimeOffset last)
    {
        now = now.ToUniversalTime();
        var expected = now;
        if (_lastWall is { } wall)
        {
            var elapsed = _uptime.Now - _lastUptime;
            expected = wall + elapsed;
            if (now - wall - elapsed > maxJump)
            {
                throw new AuditClockException(
                    $"The clock says {now:u}, but {elapsed.TotalSeconds:F0} seconds ago it said {wall:u}. Nothing was appended. "
                    + "Mend the clock; or, if it is right now, say so with AcceptClockAsync.");
            }
        }

        // A clock that was set back and is set right again has not jumped ahead.
        Accept(now > expected ? now : expected);
        return now > last ? now : last;
    }

    /// <summary>Takes the present time for right.</summary>
    public void Accept(DateTimeOffset now)
    {
        _lastWall = now.ToUniversalTime();
        _lastUptime = _uptime.Now;
    }
}
