namespace ImmutableAudit.Testing;

/// <summary>A clock that stands still until a test moves it, wall clock and passing time apart if need be. Timers fire on the thread that moves it.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class TestClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now;
    private long _passed;

    /// <summary>A clock that shows the first moment of 2026.</summary>
    public TestClock()
        : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>A clock that shows a time.</summary>
    public TestClock(DateTimeOffset now) => _now = now;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Whether some timer is running.</summary>
    public bool HasRunningTimer
    {
        get
        {
            lock (_gate)
            {
                return _timers.Exists(timer => timer.Due is not null);
            }
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _passed;
        }
    }

    /// <summary>Time passes, and the wall clock with it. Timers that are due fire, in the order in which they are.</summary>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        List<Timer> due;
        lock (_gate)
        {
            _now += time;
            _passed += time.Ticks;
            due = [.. _timers.Where(timer => timer.Due <= _passed).OrderBy(timer => timer.Due)];
            due.ForEach(timer => timer.Due = timer.Period > 0 ? _passed + timer.Period : null);
        }

        due.ForEach(timer => timer.Fire());
    }

    /// <summary>Somebody sets the wall clock; no time passes.</summary>
    public void Set(DateTimeOffset now)
    {
        lock (_gate)
        {
            _now = now;
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    private sealed class Timer(TestClock clock, Action fire) : ITimer
    {
        public long? Due { get; set; }

        public long Period { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._passed + dueTime.Ticks;
                Period = period.Ticks;
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
