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
    private volatile bool _isWatched;

    /// <summary>No turn yet.</summary>
    /// <param name="longest">How long one lasts; with 0 there are none.</param>
    /// <param name="onIdle">Called on another thread, while a turn is watched: more may have come to be committed meanwhile.</param>
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

    /// <summary>The head is waited for: there is no turn to be watched.</summary>
    public void Wait() => _isWatched = false;

    /// <summary>The head is held.</summary>
    /// <param name="isAsked">Whether it was asked for a turn.</param>
    /// <param name="hasTurn">Whether one came.</param>
    public void Begin(bool isAsked, bool hasTurn)
    {
        _began = Stopwatch.GetTimestamp();
        _missed = isAsked && !hasTurn ? _began : _missed;
        _isWatched = hasTurn;
        Watch();
    }

    /// <summary>A commit has ended.</summary>
    public void Rest() => _committed = Stopwatch.GetTimestamp();

    /// <summary>Looks in a moment whether more has come. Once for several commits, as each time wakes a thread.</summary>
    public void Watch()
    {
        if (_isWatched)
        {
            _idle.Change(LongestIdle, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _idle.Dispose();
}
