using ImmutableAudit.Benchmarks.Measuring;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>One that takes part in a scenario: ours, or what it is compared with.</summary>
internal interface IParticipant
{
    /// <summary>As in tables and JSON.</summary>
    string Name { get; }

    /// <summary>What it does not do, which stands beside every ratio to it; for ours, how it was run.</summary>
    string NotDone { get; }

    /// <summary>Whether ratios are formed of it: this library, unless it is itself what something else of it is compared with.</summary>
    bool IsOurs => false;

    /// <summary>Why it cannot be run; <see langword="null"/> where it can.</summary>
    string? Obstacle => null;
}

/// <summary>A participant that runs by itself for a while, and then another one.</summary>
internal interface ISubject : IParticipant
{
    /// <summary>Runs once and measures.</summary>
    Task<Sample> RunAsync(Workload workload);
}
