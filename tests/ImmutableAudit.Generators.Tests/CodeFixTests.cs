using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace ImmutableAudit.Generators.Tests;

/// <summary>Fixes mend what they are offered for.</summary>
public sealed class CodeFixTests
{
    [Theory]
    [InlineData("    void RunAll();", "Require 'orders.run-all'", "    [RequirePermission(\"orders.run-all\")]\n    void RunAll();")]
    [InlineData("    Task RefundAsync();", "Require 'orders.refund'", "    [RequirePermission(\"orders.refund\")]\n    Task RefundAsync();")]
    [InlineData("    void Run();", "Leave it unguarded", "    [Unguarded(\"Say why anybody may\")]\n    void Run();")]
    [InlineData("    // Why.\n    int Limit { get; }", "Require 'orders.limit'", "    // Why.\n    [RequirePermission(\"orders.limit\")]\n    int Limit { get; }")]
    [InlineData("    [Obsolete]\n    event EventHandler Changed;", "Require 'orders.changed'", "    [RequirePermission(\"orders.changed\")]\n    [Obsolete]\n    event EventHandler Changed;")]
    [InlineData("    [RequirePermission(\"Orders.RunAll\")] Task RunAsync();", "Write 'orders.run-all'", "    [RequirePermission(\"orders.run-all\")] Task RunAsync();")]
    [InlineData("    [RequirePermission(\" orders.run\", Elevated = true)] Task RunAsync(CancellationToken ct);", "Write 'orders.run'", "    [RequirePermission(\"orders.run\", Elevated = true)] Task RunAsync(CancellationToken ct);")]
    [InlineData("    [RequirePermission(\"orders.run\")] Task RunAsync([Sensitive, Audited] string a);", "Remove [Audited]", "    [RequirePermission(\"orders.run\")] Task RunAsync([Sensitive] string a);")]
    [InlineData("    [RequirePermission(\"orders.run\")] Task RunAsync([Sensitive][Audited] string a);", "Remove [Audited]", "    [RequirePermission(\"orders.run\")] Task RunAsync([Sensitive] string a);")]
    [InlineData("    [RequirePermission(\"orders.run\")] Task<Stream> OpenAsync();", "Say why it is right", "    [RequirePermission(\"orders.run\", Deferred = \"Say why it is right\")] Task<Stream> OpenAsync();")]
    [InlineData("    [RequirePermission(\"orders.run\", Elevated = true, AuditLevel = AuditLevel.Decision)] Task RunAsync(CancellationToken ct);", "Remove AuditLevel", "    [RequirePermission(\"orders.run\", Elevated = true)] Task RunAsync(CancellationToken ct);")]
    [InlineData("    [RequirePermission(\"orders.run\")] void Run();", "Set Blocking = true", "    [RequirePermission(\"orders.run\", Blocking = true)] void Run();")]
    [InlineData("    [RequirePermission(\"orders.run\", Blocking = false)] void Run();", "Set Blocking = true", "    [RequirePermission(\"orders.run\", Blocking = true)] void Run();")]
    [InlineData("    [RequirePermission(\"orders.run\")]\n    static void Run() { }", "Remove [RequirePermission]", "    static void Run() { }")]
    [InlineData("    [Unguarded(\"why\"), RequirePermission(\"orders.run\")] Task RunAsync();", "Remove [RequirePermission]", "    [Unguarded(\"why\")] Task RunAsync();")]
    [InlineData("    [Unguarded(\"why\")]\n    Func<int> Run() =>\n        [RequirePermission(\"orders.run\")] () => 1;", "Remove [RequirePermission]", "    [Unguarded(\"why\")]\n    Func<int> Run() =>\n        () => 1;")]
    public async Task A_member_is_mended(string member, string title, string mended)
    {
        const string head = "[Guarded] public interface IOrders\n{\n";
        Assert.Equal(head + mended + "\n}\n", await FixedAsync(head + member + "\n}\n", title));
    }

    [Fact]
    public async Task An_inherited_member_gets_its_rule_on_the_interface() => Assert.Equal(
        "/// <summary>Orders.</summary>\n[Unguarded(\"Say why anybody may\", Member = \"Dispose\")]\n[Guarded]\npublic interface IOrders : IDisposable;\n",
        await FixedAsync("/// <summary>Orders.</summary>\n[Guarded]\npublic interface IOrders : IDisposable;\n", "Leave it unguarded"));

    [Theory]
    [InlineData("[RequirePermission(\"orders\")] Task RunAsync();")]
    [InlineData("[RequirePermission(\"orders.*\")] Task RunAsync();")]
    public async Task What_nobody_can_guess_is_not_offered(string member) =>
        Assert.Empty(await ActionsAsync($"[Guarded] public interface IOrders {{ {member} }}"));

    private static async Task<string> FixedAsync(string source, string title)
    {
        var actions = await ActionsAsync(source);
        var action = Assert.Single(actions, action => action.Action.Title == title);
        var operation = Assert.IsType<ApplyChangesOperation>(Assert.Single(await action.Action.GetOperationsAsync(CancellationToken.None)));
        var document = operation.ChangedSolution.GetDocument(action.Document)!;
        return (await document.GetTextAsync()).ToString();
    }

    private static async Task<List<(CodeAction Action, DocumentId Document)>> ActionsAsync(string source)
    {
        using var workspace = new AdhocWorkspace();
        var project = workspace.AddProject(ProjectInfo.Create(
            ProjectId.CreateNewId(),
            VersionStamp.Default,
            "Shop",
            "Shop",
            LanguageNames.CSharp,
            compilationOptions: Source.CompilationOptions,
            parseOptions: Source.Options,
            metadataReferences: Source.References));
        var usings = project.AddDocument("Usings.cs", Source.Compile().SyntaxTrees[0].ToString());
        var document = usings.Project.AddDocument(Source.FileName, source);
        var compilation = await document.Project.GetCompilationAsync();
        CodeFixProvider[] providers = [new AttributeFixer(), new NoRuleFixer()];
        var actions = new List<(CodeAction Action, DocumentId Document)>();
        foreach (var diagnostic in await Source.AnalyzeAsync(compilation!))
        {
            foreach (var provider in providers.Where(provider => provider.FixableDiagnosticIds.Contains(diagnostic.Id, StringComparer.Ordinal)))
            {
                var context = new CodeFixContext(document, diagnostic, (action, _) => actions.Add((action, document.Id)), CancellationToken.None);
                await provider.RegisterCodeFixesAsync(context);
            }
        }

        return actions;
    }
}
