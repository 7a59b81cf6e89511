using ImmutableAudit.Testing;

namespace ImmutableAudit.Tests.Doubles;

public sealed class TestClockTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public void It_stands_still_until_it_is_moved()
    {
        var (now, then) = (_clock.GetUtcNow(), _clock.GetTimestamp());
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(now.AddSeconds(5), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(5), _clock.GetElapsedTime(then));
        _clock.Set(now.AddYears(-1)); // No time passes.
        Assert.Equal(now.AddYears(-1), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(5), _clock.GetElapsedTime(then));
    }

    [Fact]
    public void Timers_fire_when_they_are_due_in_their_order()
    {
        var fired = new List<string>();
        using var late = Timer("late", 2, Timeout.InfiniteTimeSpan);
        using var soon = Timer("soon", 1, Timeout.InfiniteTimeSpan);
        using var again = Timer("again", 3, TimeSpan.FromSeconds(3));
        var never = Timer("never", 1, Timeout.InfiniteTimeSpan);
        never.Dispose();
        Assert.Empty(fired);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["soon", "late"], fired);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(["soon", "late", "again", "again"], fired);
        Assert.True(_clock.HasRunningTimer);
        again.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Assert.False(_clock.HasRunningTimer);

        ITimer Timer(string name, int due, TimeSpan period) => _clock.CreateTimer(_ => fired.Add(name), null, TimeSpan.FromSeconds(due), period);
    }
}
