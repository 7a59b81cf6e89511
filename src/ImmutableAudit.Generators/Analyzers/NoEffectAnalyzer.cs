using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace ImmutableAudit.Generators;

/// <summary>Finds attributes outside guarded interfaces, where somebody believes in a guard that is not there.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NoEffectAnalyzer : DiagnosticAnalyzer
{
    private static readonly string[] Marks = [Known.Resource, Known.Audited, Known.Sensitive];

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.NoEffect];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(Check, SymbolKind.Method, SymbolKind.Property, SymbolKind.Event, SymbolKind.NamedType);
    }

    private static void Check(SymbolAnalysisContext context)
    {
        var owner = context.Symbol as INamedTypeSymbol ?? context.Symbol.ContainingType;
        if (owner is null || owner.IsGuarded())
        {
            return;
        }

        foreach (var rule in MemberRule.Of(context.Symbol))
        {
            Report(context, rule.Attribute, rule.Name, $"'{owner.Name}' is not marked [Guarded], or is no interface; nobody is asked for a permission");
        }

        if (context.Symbol is not IMethodSymbol { MethodKind: MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation } method)
        {
            return;
        }

        foreach (var mark in method.Parameters.SelectMany(parameter => parameter.GetAttributes()).Where(data => Array.Exists(Marks, data.Is)))
        {
            Report(context, mark, mark.AttributeClass!.Name.Replace("Attribute", ""), "put it on the parameter of the guarded interface's member");
        }
    }

    private static void Report(SymbolAnalysisContext context, AttributeData attribute, string name, string why)
    {
        var location = attribute.ApplicationSyntaxReference is { } reference
            ? Location.Create(reference.SyntaxTree, reference.Span)
            : context.Symbol.Locations[0];
        context.ReportDiagnostic(Diagnostic.Create(Rules.NoEffect, location, name, why));
    }
}
