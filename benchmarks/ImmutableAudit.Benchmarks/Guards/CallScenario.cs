using ImmutableAudit.Benchmarks.Subjects;

namespace ImmutableAudit.Benchmarks.Guards;

/// <summary>Calls that are so short that subjects take turns within a round, a slice each.</summary>
/// <param name="Name">As in tables and JSON.</param>
/// <param name="Unit">What one call takes.</param>
/// <param name="Slice">About how long a subject runs before the next one does.</param>
/// <param name="Subjects">Makes those who take part, for one round on the stage; the same ones in the same order each time. The first is what the others are held against.</param>
internal sealed record CallScenario(string Name, CallUnit Unit, TimeSpan Slice, Func<GuardStage, IReadOnlyList<CallSubject>> Subjects);

/// <summary>What a call's time is said in.</summary>
internal sealed record CallUnit(string Name, double PerSecond)
{
    public static CallUnit Nanoseconds { get; } = new("ns/call", 1e9);

    public static CallUnit Microseconds { get; } = new("µs/call", 1e6);
}

/// <summary>Somebody who makes calls.</summary>
/// <param name="Name">As in tables and JSON.</param>
/// <param name="NotDone">What it does not do.</param>
/// <param name="Call">Makes so many calls, one after the other, and completes when all have ended.</param>
internal sealed record CallSubject(string Name, string NotDone, Func<int, ValueTask> Call) : IParticipant
{
    public bool IsOurs { get; init; }
}
