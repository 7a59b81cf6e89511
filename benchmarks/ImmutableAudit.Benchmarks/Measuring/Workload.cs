namespace ImmutableAudit.Benchmarks.Measuring;

/// <summary>What a subject is to do in one run.</summary>
/// <param name="Producers">How many append at the same time, each awaiting its append before the next.</param>
/// <param name="Duration">How long is measured.</param>
/// <param name="Directory">An empty directory for this run, deleted after it.</param>
internal sealed record Workload(int Producers, TimeSpan Duration, string Directory)
{
    /// <summary>Runs before the window opens, on the same files, so that code is compiled and caches are warm.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromTicks(Math.Min(Duration.Ticks / 3, TimeSpan.TicksPerSecond));
}
