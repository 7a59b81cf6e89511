using FsCheck.Fluent;
using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Policy;

public sealed class ActiveHoursTests
{
    private static readonly DayOfWeek[] EveryDay = Enum.GetValues<DayOfWeek>();

    [Fact]
    public void They_end_where_a_walk_minute_by_minute_leaves_them() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), number =>
        {
            var random = Seeded.Random(number);
            var hours = Hours(random);
            var time = new DateTimeOffset(2026, 11, 1 + random.Next(28), random.Next(24), random.Next(60), 0, TimeSpan.Zero).AddTicks(random.Next(2) * random.NextInt64(TimeSpan.TicksPerMinute));
            Assert.Equal(Walk(hours, time), hours.EndAt(time));
            Assert.Equal(hours.EndAt(time), hours.EndAt(time.ToOffset(TimeSpan.FromMinutes(random.Next(-840, 841)))));
        }).CheckSeeded(cases: 500);

    [Theory]
    [InlineData("08:00", "18:00", "2026-11-23T06:59:59.9999999Z", null)]
    [InlineData("08:00", "18:00", "2026-11-23T07:00:00Z", "2026-11-23T17:00:00Z")]
    [InlineData("08:00", "18:00", "2026-11-23T16:59:59.9999999Z", "2026-11-23T17:00:00Z")]
    [InlineData("08:00", "18:00", "2026-11-23T17:00:00Z", null)]
    [InlineData("08:00", "18:00", "2026-11-22T12:00:00Z", null)]
    [InlineData("08:00", "00:00", "2026-11-23T22:59:00Z", "2026-11-23T23:00:00Z")]
    [InlineData("08:00", "00:00", "2026-11-23T23:00:00Z", null)]
    [InlineData("22:00", "06:00", "2026-11-24T04:59:00Z", "2026-11-24T05:00:00Z")]
    [InlineData("22:00", "06:00", "2026-11-22T22:59:00Z", null)]
    [InlineData("22:00", "06:00", "2026-11-25T22:00:00Z", null)]
    [InlineData("22:00", "06:00", "2026-11-25T04:00:00Z", "2026-11-25T05:00:00Z")]
    [InlineData("08:00", "08:00", "2026-11-23T07:00:00Z", "2026-11-25T07:00:00Z")]
    [InlineData("00:00", "00:00", "2026-11-22T23:00:00Z", "2026-11-24T23:00:00Z")]
    [InlineData("00:00", "00:00", "2026-11-22T22:59:59Z", null)]
    public void They_hold_their_beginning_and_not_their_end(string from, string to, string time, string? end)
    {
        // Monday the 23rd and Tuesday, an hour before UTC.
        var hours = Rule(rule => rule.ActiveHours(TimeSpan.FromHours(1), TimeOnly.Parse(from), TimeOnly.Parse(to), DayOfWeek.Tuesday, DayOfWeek.Monday)).Hours!;
        Assert.Equal(end is null ? null : DateTimeOffset.Parse(end), hours.EndAt(DateTimeOffset.Parse(time)));
        Assert.Equal([DayOfWeek.Monday, DayOfWeek.Tuesday], hours.Days);
    }

    [Fact]
    public void Hours_without_end_are_looked_at_for_a_year()
    {
        var hours = Rule(rule => rule.ActiveHours(TimeSpan.Zero, new TimeOnly(5, 30), new TimeOnly(5, 30), EveryDay)).Hours!;
        var time = new DateTimeOffset(2026, 11, 22, 5, 29, 59, TimeSpan.Zero);
        Assert.Equal(time.AddDays(366), hours.EndAt(time));
    }

    [Fact]
    public void Hours_on_no_day_never_come() =>
        Assert.Null(Rule(rule => rule.ActiveHours(TimeSpan.Zero, new TimeOnly(0, 0), new TimeOnly(0, 0))).Hours!.EndAt(DateTimeOffset.UnixEpoch));

    [Theory]
    [InlineData(-840)]
    [InlineData(840)]
    public void There_are_hours_from_the_first_day_to_the_last(int minutes)
    {
        var hours = Rule(rule => rule.ActiveHours(TimeSpan.FromMinutes(minutes), new TimeOnly(12, 0), new TimeOnly(12, 0), EveryDay)).Hours!;
        Assert.Equal(DateTimeOffset.MaxValue, hours.EndAt(DateTimeOffset.MaxValue.AddDays(-3)));
        Assert.Equal(DateTimeOffset.MinValue.AddDays(366), hours.EndAt(DateTimeOffset.MinValue));
    }

    private static ElevationRule Rule(Action<ElevationRuleBuilder> configure) => Assert.Single(Shop.Empty().Elevation(Shop.Purge, configure).Build().Elevations);

    private static ActiveHours Hours(Random random)
    {
        var from = TimeOnly.MinValue.AddMinutes(random.Next(3) == 0 ? 0 : random.Next(1440));
        var to = random.Next(3) == 0 ? from : TimeOnly.MinValue.AddMinutes(random.Next(1440));
        var offset = TimeSpan.FromMinutes(random.Next(-840, 841));
        DayOfWeek[] days = [.. EveryDay.Where(_ => random.Next(3) > 0)];
        return Rule(rule => rule.ActiveHours(offset, from, to, days)).Hours!;
    }

    private static DateTimeOffset? Walk(ActiveHours hours, DateTimeOffset time)
    {
        if (!IsInside(hours, time))
            return null;

        var minute = new DateTimeOffset(time.Ticks - (time.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        for (var walked = 0; walked < 8 * 1440; walked++)
        {
            minute = minute.AddMinutes(1);
            if (!IsInside(hours, minute))
                return minute;
        }

        // More than a week without an end has none.
        return time.AddDays(366);
    }

    private static bool IsInside(ActiveHours hours, DateTimeOffset time)
    {
        var local = time.UtcDateTime + hours.UtcOffset;
        var clock = TimeOnly.FromDateTime(local);
        var (today, yesterday) = (hours.Days.Contains(local.DayOfWeek), hours.Days.Contains(local.AddDays(-1).DayOfWeek));
        return hours.From < hours.To
            ? today && clock >= hours.From && clock < hours.To
            : (today && clock >= hours.From) || (yesterday && clock < hours.To);
    }
}
