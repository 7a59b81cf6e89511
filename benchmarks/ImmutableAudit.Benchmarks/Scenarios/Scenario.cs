using ImmutableAudit.Benchmarks.Subjects;

namespace ImmutableAudit.Benchmarks.Scenarios;

/// <summary>What is measured, and who takes part.</summary>
/// <param name="Name">As in tables and JSON.</param>
/// <param name="Unit">Of the figure.</param>
/// <param name="Subjects">Those who take part.</param>
internal sealed record Scenario(string Name, string Unit, IReadOnlyList<ISubject> Subjects)
{
    /// <summary>How many append at the same time.</summary>
    public int Producers { get; init; } = 1;

    /// <summary>How much longer than others it runs.</summary>
    public int LongerBy { get; init; } = 1;
}
