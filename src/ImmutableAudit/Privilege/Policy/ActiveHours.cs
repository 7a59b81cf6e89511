namespace ImmutableAudit.Privilege;

/// <summary>
/// Hours of some days of the week, at a fixed offset from UTC: no clock change moves them (PRIVILEGE.md P21). Immutable and
/// thread-safe.
/// </summary>
public sealed class ActiveHours
{
    /// <summary>As long as the longest grant.</summary>
    private static readonly TimeSpan Furthest = ElevationRuleBuilder.LongestDuration;

    private readonly bool[] _days = new bool[7];

    internal ActiveHours(TimeSpan utcOffset, TimeOnly from, TimeOnly to, IEnumerable<DayOfWeek> days)
    {
        UtcOffset = utcOffset;
        From = from;
        To = to;
        Days = [.. days.Distinct().OrderBy(FromMonday)];
        foreach (var day in Days)
        {
            _days[FromMonday(day)] = true;
        }
    }

    /// <summary>The offset of these hours from UTC, in whole minutes.</summary>
    public TimeSpan UtcOffset { get; }

    /// <summary>When they begin, in whole minutes.</summary>
    public TimeOnly From { get; }

    /// <summary>
    /// When they end, in whole minutes; that itself is outside. Where it is not after <see cref="From"/>, they end on the next
    /// day; <c>00:00</c> is the end of the day that they begin on.
    /// </summary>
    public TimeOnly To { get; }

    /// <summary>The days that they begin on, from Monday on. Where there are none, they never come.</summary>
    public IReadOnlyList<DayOfWeek> Days { get; }

    private long Length => To > From ? To.Ticks - From.Ticks : To.Ticks - From.Ticks + TimeSpan.TicksPerDay;

    /// <summary>
    /// When the hours that hold a time end, in UTC: the end of the uninterrupted stretch, at most 366 days on; <see langword="null"/>
    /// for a time outside of them.
    /// </summary>
    public DateTimeOffset? EndAt(DateTimeOffset time)
    {
        // One stretch begins on each day, a whole day before the next: they never overlap, and touch where they last all day.
        var sinceFirst = time.UtcTicks + UtcOffset.Ticks - From.Ticks;
        var day = FloorDivide(sinceFirst, TimeSpan.TicksPerDay);
        if (!IsOn(day) || sinceFirst - (day * TimeSpan.TicksPerDay) >= Length)
            return null;

        var left = (day * TimeSpan.TicksPerDay) + Length - sinceFirst;
        while (Length == TimeSpan.TicksPerDay && left < Furthest.Ticks && IsOn(++day))
        {
            left += TimeSpan.TicksPerDay;
        }

        var end = time.UtcTicks + Math.Min(left, Furthest.Ticks);
        return new DateTimeOffset(Math.Min(end, DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero);
    }

    /// <summary>Days are counted from 0001-01-01, which is a Monday; the offset may lead to before it.</summary>
    private bool IsOn(long day) => _days[day - (7 * FloorDivide(day, 7))];

    private static int FromMonday(DayOfWeek day) => ((int)day + 6) % 7;

    private static long FloorDivide(long value, long by) => (value / by) - (value % by < 0 ? 1 : 0);
}
