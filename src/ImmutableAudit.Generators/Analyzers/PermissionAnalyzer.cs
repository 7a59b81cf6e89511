using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace ImmutableAudit.Generators;

/// <summary>A permission is elevated, and recorded, in the same way wherever it is required (PRIVILEGE.md P4).</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class PermissionAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.Contradiction];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            var found = new ConcurrentBag<(MemberRule Rule, Location Location)>();
            start.RegisterSymbolAction(
                symbol => Find(symbol.Symbol, found), SymbolKind.Method, SymbolKind.Property, SymbolKind.Event, SymbolKind.NamedType);
            start.RegisterOperationAction(operation => Find(Nested.Function(operation.Operation), found), Nested.Kinds);
            start.RegisterCompilationEndAction(end => Report(end, found));
        });
    }

    private static void Find(ISymbol symbol, ConcurrentBag<(MemberRule Rule, Location Location)> found)
    {
        foreach (var rule in MemberRule.Of(symbol))
        {
            if (!rule.IsUnguarded && rule.Attribute.ApplicationSyntaxReference is { } reference)
            {
                found.Add((rule, Location.Create(reference.SyntaxTree, reference.Span)));
            }
        }
    }

    // The first in the order of the sources counts as right, so that the answer is the same in each build.
    private static void Report(CompilationAnalysisContext context, IEnumerable<(MemberRule Rule, Location Location)> found)
    {
        foreach (var same in found.GroupBy(item => item.Rule.Text, StringComparer.Ordinal))
        {
            var ordered = same
                .OrderBy(item => item.Location.SourceTree!.FilePath, StringComparer.Ordinal)
                .ThenBy(item => item.Location.SourceSpan.Start)
                .ToList();
            var first = ordered[0];
            foreach (var (rule, location) in ordered)
            {
                if (!rule.SaysTheSame(first.Rule))
                {
                    context.ReportDiagnostic(Diagnostic.Create(
                        Rules.Contradiction, location, [first.Location], rule.Text, Text(rule), Text(first.Rule), Text(first.Location)));
                }
            }
        }
    }

    private static string Text(MemberRule rule) => rule.Elevated ? "elevated" : $"not elevated, with {rule.Level} on record";

    private static string Text(Location location)
    {
        var position = location.GetLineSpan();
        return $"{Path.GetFileName(position.Path)}({position.StartLinePosition.Line + 1})";
    }
}
