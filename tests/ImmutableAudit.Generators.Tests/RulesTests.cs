using System.Reflection;
using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators.Tests;

/// <summary>Each rule is explained where its link leads.</summary>
public sealed class RulesTests
{
    private static readonly List<DiagnosticDescriptor> All =
        [.. typeof(Rules).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<DiagnosticDescriptor>()];

    [Fact]
    public void Ids_follow_each_other() =>
        Assert.Equal(Enumerable.Range(1001, All.Count).Select(number => $"IA{number}"), All.Select(rule => rule.Id).Order(StringComparer.Ordinal), StringComparer.Ordinal);

    [Fact]
    public void Each_rule_stands_in_the_readme_under_its_link()
    {
        var readme = File.ReadAllText(Readme());
        Assert.All(All, rule =>
        {
            Assert.EndsWith("#" + rule.Id.ToLowerInvariant(), rule.HelpLinkUri, StringComparison.Ordinal);
            Assert.Contains($"<a id=\"{rule.Id.ToLowerInvariant()}\"></a>{rule.Id} | {(rule.DefaultSeverity == DiagnosticSeverity.Error ? "error" : "warning")} |", readme, StringComparison.Ordinal);
        });
    }

    private static string Readme()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ImmutableAudit.sln")))
            {
                return Path.Combine(folder, "src", "ImmutableAudit.Generators", "README.md");
            }
        }

        throw new DirectoryNotFoundException();
    }
}
