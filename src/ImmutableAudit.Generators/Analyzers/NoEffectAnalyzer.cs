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
        context.RegisterSymbolAction(CheckSymbol, SymbolKind.Method, SymbolKind.Property, SymbolKind.Event, SymbolKind.NamedType);
        context.RegisterOperationAction(CheckFunction, Nested.Kinds);
    }

    private static void CheckSymbol(SymbolAnalysisContext context)
    {
        var owner = context.Symbol as INamedTypeSymbol ?? context.Symbol.ContainingType;
        if (owner is null || owner.IsGuarded())
        {
            return;
        }

        CheckRules(context.Symbol, $"'{owner.Name}' is not marked [Guarded], or is no interface", context.ReportDiagnostic);
        if (context.Symbol is IMethodSymbol { MethodKind: MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation } method)
        {
            CheckParameters(method, context.ReportDiagnostic);
        }
    }

    // Within a guarded interface, too: what is inside a body is no member.
    private static void CheckFunction(OperationAnalysisContext context)
    {
        var function = Nested.Function(context.Operation);
        var what = function.MethodKind == MethodKind.LocalFunction ? $"'{function.Name}' is a local function" : "this is a lambda";
        CheckRules(function, $"{what}, no member of a guarded interface", context.ReportDiagnostic);
        CheckParameters(function, context.ReportDiagnostic);
    }

    private static void CheckRules(ISymbol symbol, string why, Action<Diagnostic> report)
    {
        foreach (var rule in MemberRule.Of(symbol))
        {
            Report(symbol, rule.Attribute, rule.Name, why + "; nobody is asked for a permission", report);
        }
    }

    private static void CheckParameters(IMethodSymbol method, Action<Diagnostic> report)
    {
        foreach (var mark in method.Parameters.SelectMany(parameter => parameter.GetAttributes()).Where(data => Array.Exists(Marks, data.Is)))
        {
            const string why = "put it on the parameter of the guarded interface's member";
            Report(method, mark, mark.AttributeClass!.Name.Replace("Attribute", ""), why, report);
        }
    }

    private static void Report(ISymbol symbol, AttributeData attribute, string name, string why, Action<Diagnostic> report)
    {
        var location = attribute.ApplicationSyntaxReference is { } reference
            ? Location.Create(reference.SyntaxTree, reference.Span)
            : symbol.Locations[0];
        report(Diagnostic.Create(Rules.NoEffect, location, name, why));
    }
}
