using System.Diagnostics;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>
/// How long a committer keeps its turn where several processes append: passing the head on takes longer than a commit, so each goes on for a
/// moment before the next (schema.sql, <c>open_commit</c>).
/// </summary>
internal sealed class Turn : IDisposable
{
    private static readonly TimeSpan LongestIdle = TimeSpan.FromMilliseconds(2);

    /// <summary>Longer than a busy machine keeps a thread waiting: whoever comes without a turn spoils somebody's.</summary>
    private static readonly TimeSpan Seldom = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan PauseWhereMissed = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _longest;
    private readonly Timer _idle;
    private long _began;
    private long _committed;
    private long? _missed;

    /// <summary>No turn yet.</summary>
    /// <param name="longest">How long one lasts; with 0 there are none.</param>
    /// <param name="onIdle">
    /// Called where nothing more seems to come to be committed, on another thread: a timer may be early, and a busy machine may keep the thread waiting
    /// until more has come.
    /// </param>
    public Turn(TimeSpan longest, Action onIdle)
    {
        _longest = longest;
        using (ExecutionContext.SuppressFlow())
        {
            _idle = new Timer(_ => onIdle());
        }
    }

    /// <summary>Whether to ask for one: what comes seldom does better without, and so does everybody where one does not come round.</summary>
    public bool IsWanted => _longest > TimeSpan.Zero && Stopwatch.GetElapsedTime(_committed) < Seldom
        && !(_missed is { } missed && Stopwatch.GetElapsedTime(missed) < PauseWhereMissed);

    /// <summary>Whether it ends with the commit that is under way.</summary>
    public bool IsOver => Stopwatch.GetElapsedTime(_began) >= _longest;

    /// <summary>Whether nothing was committed for so long that others are not to wait.</summary>
    public bool HasRested => Stopwatch.GetElapsedTime(_committed) >= LongestIdle;

    /// <summary>The head is held.</summary>
    /// <param name="isMissed">Whether it was asked for a turn, and none came.</param>
    public void Begin(bool isMissed)
    {
        _began = Stopwatch.GetTimestamp();
        _missed = isMissed ? _began : _missed;
    }

    /// <summary>A commit begins.</summary>
    public void Work() => _idle.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>A commit has ended.</summary>
    public void Rest(bool hasTurn)
    {
        _committed = Stopwatch.GetTimestamp();
        if (hasTurn)
        {
            Watch();
        }
    }

    /// <summary>Has it looked after a while whether nothing more comes.</summary>
    public void Watch() => _idle.Change(LongestIdle, Timeout.InfiniteTimeSpan);

    public void Dispose() => _idle.Dispose();
}
