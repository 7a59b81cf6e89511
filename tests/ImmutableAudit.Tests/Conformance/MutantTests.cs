using ImmutableAudit.Testing;

namespace ImmutableAudit.Tests.Conformance;

/// <summary>The suite can fail: a sink that breaks a sentence is caught by the case that quotes it.</summary>
public sealed class MutantTests
{
    public static TheoryData<string> Wrongs => [.. Mutants.All.Select(mutant => mutant.Wrong)];

    [Theory]
    [MemberData(nameof(Wrongs))]
    public async Task A_sink_is_caught_that(string wrong)
    {
        var mutant = Mutants.All.Single(mutant => mutant.Wrong == wrong);
        var conformance = SinkConformance.Cases.Single(conformance => conformance.Name == mutant.Case);
        await using var harness = new MutantHarness(mutant.Mutate) { Limit = wrong == "hangs" ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(1) };
        var caught = await Assert.ThrowsAsync<SinkConformanceException>(() => conformance.RunAsync(harness));
        Assert.Contains(conformance.Sentence, caught.Message, StringComparison.Ordinal);
        Assert.StartsWith(conformance.Name, caught.Message, StringComparison.Ordinal);
    }

    /// <summary>What a mutant is caught by is not what its harness does.</summary>
    [Fact]
    public async Task The_sink_behind_the_mutants_is_not_caught()
    {
        foreach (var name in Mutants.All.Select(mutant => mutant.Case).Distinct(StringComparer.Ordinal))
        {
            await using var harness = new MutantHarness((_, sink) => new Mutant(sink));
            await SinkConformance.Cases.Single(conformance => conformance.Name == name).RunAsync(harness);
        }
    }

    [Fact]
    public async Task A_case_that_does_not_apply_says_why_and_does_not_pass()
    {
        await using var harness = new InMemoryHarness();
        var result = await SinkConformance.Cases.Single(conformance => conformance.Name == "Recovery: after a crash").RunAsync(harness);
        Assert.False(result.Passed);
        Assert.Equal("The sink is not durable.", result.NotApplicable);
    }
}
