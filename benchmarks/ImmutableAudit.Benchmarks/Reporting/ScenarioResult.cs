namespace ImmutableAudit.Benchmarks.Reporting;

/// <summary>What a scenario measured, for each subject.</summary>
/// <param name="Name">The scenario's.</param>
/// <param name="Unit">Of the figure.</param>
/// <param name="Subjects">Those who took part.</param>
internal sealed record ScenarioResult(string Name, string Unit, IReadOnlyList<SubjectResult> Subjects)
{
    /// <summary>Whether the figure is a time, and not how much is done in some.</summary>
    public bool IsTime { get; init; }

    /// <summary>How many times as fast one is as another, round by round: both ran in each under the same conditions.</summary>
    public Spread Ratio(SubjectResult ours, SubjectResult other) => IsTime ? other.Over(ours) : ours.Over(other);
}
