using Xunit;

namespace ImmutableAudit.Testing.Xunit;

/// <summary>
/// The conformance suite as tests: derive a public class from it, say how a harness is made, and every case is a test of its own. A case
/// that does not apply to the sink is reported as skipped, with the reason.
/// </summary>
/// <example>
/// <code>
/// public sealed class MySinkConformance : SinkConformanceTests
/// {
///     protected override SinkHarness CreateHarness() => new MySinkHarness();
/// }
/// </code>
/// </example>
public abstract class SinkConformanceTests
{
    /// <summary>The cases' names.</summary>
    public static IEnumerable<object[]> Names => SinkConformance.Cases.Select(conformance => new object[] { conformance.Name });

    /// <summary>One case on a fresh store.</summary>
    [ConformanceTheory]
    [MemberData(nameof(Names))]
    public async Task Conforms(string name)
    {
        await using var harness = CreateHarness();
        var result = await SinkConformance.Cases.Single(conformance => conformance.Name == name).RunAsync(harness);
        if (result.NotApplicable is { } reason)
        {
            throw new CaseSkippedException(reason);
        }
    }

    /// <summary>Makes a harness with a store of its own.</summary>
    protected abstract SinkHarness CreateHarness();
}
