using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace ImmutableAudit.Generators;

/// <summary>Says what keeps a guarded interface from being guarded (PRIVILEGE.md P5, P8 to P10).</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class GuardedInterfaceAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
    [
        Rules.NoRule,
        Rules.MalformedPermission,
        Rules.BlankReason,
        Rules.SensitiveOnRecord,
        Rules.Deferred,
        Rules.ElevatedLevel,
        Rules.Blocks,
        Rules.NoToken,
        Rules.CannotGuard,
        Rules.TwoResources,
        Rules.NoEffect,
        Rules.NoSuchMember,
        Rules.TwoRules,
        Rules.CannotRecord,
    ];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(
            static symbol =>
            {
                if (symbol.Symbol is not INamedTypeSymbol type || !type.IsGuarded())
                {
                    return;
                }

                foreach (var problem in GuardReader.Problems(type, symbol.Compilation, symbol.CancellationToken))
                {
                    if (!problem.IsElsewhere)
                    {
                        symbol.ReportDiagnostic(Diagnostic.Create(
                            problem.Rule, problem.Location, ImmutableDictionary<string, string?>.Empty.Add(Rules.FixProperty, problem.Fix), problem.Arguments));
                    }
                }
            },
            SymbolKind.NamedType);
    }
}
