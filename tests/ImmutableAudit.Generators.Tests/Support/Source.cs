using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace ImmutableAudit.Generators.Tests;

/// <summary>A source text, compiled in memory as a user's project would be: nullable, warnings as errors.</summary>
internal static class Source
{
    public const string FileName = "Test.cs";

    private const string Implicit = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using ImmutableAudit.Privilege;
        """;

    public static CSharpParseOptions Options { get; } = new(LanguageVersion.Latest, DocumentationMode.Diagnose);

    public static ImmutableArray<MetadataReference> References { get; } =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(path => !Path.GetFileName(path).StartsWith("ImmutableAudit.Generators", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static CSharpCompilationOptions CompilationOptions { get; } = new(
        OutputKind.DynamicallyLinkedLibrary,
        nullableContextOptions: NullableContextOptions.Enable,
        generalDiagnosticOption: ReportDiagnostic.Error,
        warningLevel: 9999,
        allowUnsafe: true,
        // As the SDK does: what assemblies of several versions are unified to is no concern here.
        specificDiagnosticOptions: new Dictionary<string, ReportDiagnostic>(StringComparer.Ordinal)
        {
            ["CS1701"] = ReportDiagnostic.Suppress,
            ["CS1591"] = ReportDiagnostic.Suppress,
        });

    private static readonly CSharpCompilation Empty = CSharpCompilation.Create(
        "Shop", [CSharpSyntaxTree.ParseText(Implicit, Options, "Usings.cs")], References, CompilationOptions);

    public static CSharpCompilation Compile(params string[] texts) => Empty.AddSyntaxTrees(
        [.. texts.Select((text, index) => CSharpSyntaxTree.ParseText(text, Options, index == 0 ? FileName : $"Test{index}.cs"))]);

    /// <summary>The generator, at work on a compilation. Its output may be compiled with it.</summary>
    public static (GeneratorDriverRunResult Result, Compilation Output) Generate(CSharpCompilation compilation)
    {
        var driver = CSharpGeneratorDriver.Create([new GuardGenerator().AsSourceGenerator()], parseOptions: Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out var output, out _);
        return (driver.GetRunResult(), output);
    }

    /// <summary>What all analyzers of the package say, in order.</summary>
    public static async Task<IReadOnlyList<Diagnostic>> AnalyzeAsync(Compilation compilation)
    {
        ImmutableArray<DiagnosticAnalyzer> analyzers =
            [new GuardedInterfaceAnalyzer(), new NoEffectAnalyzer(), new PermissionAnalyzer(), new AroundGuardAnalyzer(), new SelfCallAnalyzer()];
        var options = compilation.Options.WithGeneralDiagnosticOption(ReportDiagnostic.Default);
        var found = await compilation.WithOptions(options)
            .WithAnalyzers(analyzers, new AnalyzerOptions([])).GetAnalyzerDiagnosticsAsync();
        return [.. found.OrderBy(diagnostic => diagnostic.Location.SourceTree?.FilePath, StringComparer.Ordinal)
            .ThenBy(diagnostic => diagnostic.Location.SourceSpan.Start)
            .ThenBy(diagnostic => diagnostic.Id, StringComparer.Ordinal)];
    }
}
