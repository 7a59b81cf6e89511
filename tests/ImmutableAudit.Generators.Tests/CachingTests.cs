using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ImmutableAudit.Generators.Tests;

/// <summary>An edit that concerns no guarded interface does not write guards anew.</summary>
public sealed class CachingTests
{
    private const string Orders = """
        namespace Shop;
        [Guarded] public interface IOrders { [RequirePermission("orders.get")] Task GetAsync(); }
        """;

    private const string Customers = """
        namespace Shop;
        [Guarded] public interface ICustomers { [RequirePermission("customers.get")] Task GetAsync(); }
        """;

    [Fact]
    public void An_edit_elsewhere_changes_nothing()
    {
        var run = Edit([Orders, Customers, "class Other;"], 2, "class Other { int number = 1; int Get() => number; }");
        Assert.All(Reasons(run, GuardGenerator.ReadStep), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
        Assert.All(Reasons(run, GuardGenerator.CatalogueStep), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
        Assert.All(Outputs(run), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void An_edit_of_comments_and_places_changes_nothing()
    {
        var run = Edit([Orders, Customers], 0, "// A remark.\n\n" + Orders);
        Assert.All(Outputs(run), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void An_edit_of_one_interface_writes_that_one_and_not_the_other()
    {
        var run = Edit([Orders, Customers], 0, Orders.Replace("GetAsync()", "GetAsync(int number)"));
        Assert.Equal(
            [IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached],
            Reasons(run, GuardGenerator.ReadStep));
        Assert.Equal(1, Outputs(run).Count(reason => reason == IncrementalStepRunReason.Modified));
    }

    [Fact]
    public void An_edit_of_a_request_that_is_recorded_is_seen()
    {
        const string orders = "namespace Shop; [Guarded] interface IOrders { [RequirePermission(\"orders.get\")] Task GetAsync(Request request); }";
        var run = Edit([orders, "namespace Shop; class Request { public int Id { get; set; } }"], 1, "namespace Shop; class Request { [Audited] public int Id { get; set; } }");
        Assert.Equal([IncrementalStepRunReason.Modified], Reasons(run, GuardGenerator.ReadStep));
        Assert.Contains("request?.Id", run.GeneratedSources[0].SourceText.ToString(), StringComparison.Ordinal);
    }

    private static GeneratorRunResult Edit(string[] sources, int index, string text)
    {
        var compilation = Source.Compile(sources);
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new GuardGenerator().AsSourceGenerator()],
            parseOptions: Source.Options,
            driverOptions: new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        driver = driver.RunGenerators(compilation);
        var tree = compilation.SyntaxTrees[index + 1];
        compilation = compilation.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(text, Source.Options, tree.FilePath));
        return driver.RunGenerators(compilation).GetRunResult().Results[0];
    }

    private static IEnumerable<IncrementalStepRunReason> Reasons(GeneratorRunResult run, string step) =>
        run.TrackedSteps[step].SelectMany(one => one.Outputs).Select(output => output.Reason);

    private static IEnumerable<IncrementalStepRunReason> Outputs(GeneratorRunResult run) =>
        run.TrackedOutputSteps.SelectMany(step => step.Value).SelectMany(one => one.Outputs).Select(output => output.Reason);
}
