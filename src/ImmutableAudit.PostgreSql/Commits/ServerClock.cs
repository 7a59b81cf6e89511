using System.Diagnostics;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>What the server's clock says now, from what it said a moment ago.</summary>
internal sealed class ServerClock
{
    /// <summary>Without asking the server, a commit is opened for as long: what is only read from it is older by no more.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Unsteady = TimeSpan.FromSeconds(1);

    private DateTimeOffset _said;
    private DateTimeOffset _local;
    private long _stamp;

    /// <summary>The server has said what time it is.</summary>
    public void Set(DateTimeOffset now) => (_said, _local, _stamp) = (now, TimeProvider.System.GetUtcNow(), Stopwatch.GetTimestamp());

    /// <summary>The time; <see langword="false"/> where it was said too long ago, or this machine slept since or had its clock set.</summary>
    public bool TryGet(out DateTimeOffset now)
    {
        var passed = Stopwatch.GetElapsedTime(_stamp);
        now = _said + passed;
        return passed < Longest && (TimeProvider.System.GetUtcNow() - _local - passed).Duration() < Unsteady;
    }
}
