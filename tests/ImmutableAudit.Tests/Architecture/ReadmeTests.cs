using System.Text.RegularExpressions;

namespace ImmutableAudit.Tests.Architecture;

/// <summary>What the README claims is shown by a test: the one that it names.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void Every_test_that_the_readme_names_is_there()
    {
        var repository = Path.GetFullPath(Path.Combine(SourceTree.Root, "..", ".."));
        var tests = SourceTree.FilesBelow(Path.Combine(repository, "tests"))
            .ToLookup(path => Path.GetFileNameWithoutExtension(path), File.ReadAllText, StringComparer.Ordinal);
        var named = Named().Matches(File.ReadAllText(Path.Combine(repository, "README.md")))
            .Select(match => (Class: match.Groups["class"].Value, Name: match.Groups["name"].Value)).ToList();

        Assert.True(named.Count > 20, $"The README names {named.Count} tests.");
        Assert.All(named, test => Assert.True(
            tests[test.Class].Any(text => text.Contains($" {test.Name}(", StringComparison.Ordinal)), $"There is no test {test.Class}.{test.Name}."));
    }

    [GeneratedRegex(@"`(?<class>\w+Tests)\.(?<name>\w+)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();
}
