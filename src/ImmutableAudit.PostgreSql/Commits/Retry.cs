using System.Diagnostics;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>Tries again with growing pauses, for so long.</summary>
internal sealed class Retry(TimeSpan time, CancellationToken closing)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly long _started = Stopwatch.GetTimestamp();
    private TimeSpan _pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits a little; <see langword="false"/> where it has been tried long enough.</summary>
    public bool Pause()
    {
        if (Stopwatch.GetElapsedTime(_started) >= time || closing.WaitHandle.WaitOne(_pause))
        {
            return false;
        }

        _pause = TimeSpan.FromTicks(Math.Min(2 * _pause.Ticks, LongestPause.Ticks));
        return true;
    }
}
