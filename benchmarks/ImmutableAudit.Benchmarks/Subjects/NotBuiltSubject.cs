using ImmutableAudit.Benchmarks.Measuring;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>Ours where it cannot do what the scenario asks for: said, not imitated.</summary>
internal sealed class NotBuiltSubject(string what) : ISubject
{
    public string Name => ImmutableAuditSubject.DefaultName;

    public bool IsOurs => true;

    public string NotDone => "";

    public string? Obstacle => $"not built: {what}";

    public Task<Sample> RunAsync(Workload workload) => throw new NotSupportedException(Obstacle);
}
