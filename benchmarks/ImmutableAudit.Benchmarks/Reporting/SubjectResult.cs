using ImmutableAudit.Benchmarks.Measuring;
using ImmutableAudit.Benchmarks.Subjects;

namespace ImmutableAudit.Benchmarks.Reporting;

/// <summary>One subject's samples, one for each round in order; none where it was not run.</summary>
internal sealed record SubjectResult(IParticipant Subject, IReadOnlyList<Sample> Samples)
{
    public bool WasRun => Samples.Count > 0;

    public Spread Value => Spread.Of(Samples.Select(sample => sample.Value)) ?? default;

    public double? P50 => MedianOf(sample => sample.P50);

    public double? P99 => MedianOf(sample => sample.P99);

    public double? MedianOf(Func<Sample, double?> figure) => Spread.Of(Samples.Select(figure).OfType<double>())?.Median;

    /// <summary>How many times the other's figure this one's is, round by round.</summary>
    public Spread Over(SubjectResult other) =>
        Spread.Of(Samples.Zip(other.Samples, (mine, others) => mine.Value / others.Value)) ?? default;
}
