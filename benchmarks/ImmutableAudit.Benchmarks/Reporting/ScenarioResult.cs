using ImmutableAudit.Benchmarks.Scenarios;

namespace ImmutableAudit.Benchmarks.Reporting;

/// <summary>What a scenario measured, for each subject.</summary>
internal sealed record ScenarioResult(Scenario Scenario, IReadOnlyList<SubjectResult> Subjects);
