using FsCheck;
using FsCheck.Fluent;

namespace ImmutableAudit.Tests.Support;

/// <summary>What chance finds is found again.</summary>
public sealed class SeededTests
{
    private static readonly Arbitrary<int[]> Numbers = Gen.Choose(0, int.MaxValue).ArrayOf().ToArbitrary();

    [Fact]
    public void Every_run_tries_the_same() => Assert.Equal(Tried(), Tried());

    [Fact]
    public void Numbers_have_chances_of_their_own()
    {
        Assert.Equal(Seeded.Random(1).Next(), Seeded.Random(1).Next());
        Assert.NotEqual(Seeded.Random(1).Next(), Seeded.Random(2).Next());
    }

    [Fact]
    public void A_failure_names_what_failed_and_the_seed()
    {
        var failure = Assert.Throws<Xunit.Sdk.XunitException>(() => Prop.ForAll(Numbers, numbers => numbers.Length < 3).CheckSeeded());

        Assert.Contains("Falsifiable", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{Seeded.SeedVariable}={Seeded.Seed}", failure.Message, StringComparison.Ordinal);
    }

    private static List<int[]> Tried()
    {
        var tried = new List<int[]>();
        Prop.ForAll(Numbers, tried.Add).CheckSeeded();
        Assert.True(tried.Count >= 100 && tried.Exists(numbers => numbers.Length > 20));
        return tried;
    }
}
