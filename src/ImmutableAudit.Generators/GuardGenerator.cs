using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace ImmutableAudit.Generators;

/// <summary>Writes a guard for each guarded interface, and one catalogue of them for the assembly.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class GuardGenerator : IIncrementalGenerator
{
    /// <summary>The step that reads an interface; for tests of what an edit runs again.</summary>
    internal const string ReadStep = "ReadGuardedInterface";

    /// <summary>The step that lists the guards.</summary>
    internal const string CatalogueStep = "Catalogue";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var guards = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                $"{Known.Namespace}.{Known.Guarded}",
                static (node, _) => node is InterfaceDeclarationSyntax,
                static (found, token) => Read(found, token))
            .Where(static guard => guard is not null)
            .Select(static (guard, _) => guard!)
            .WithTrackingName(ReadStep);
        context.RegisterSourceOutput(guards, static (output, guard) =>
        {
            if (guard.Failure is { } failure)
            {
                output.ReportDiagnostic(failure.ToDiagnostic());
            }
            else
            {
                output.AddSource(guard.Model!.HintName, Text(guard.Text));
            }
        });

        var catalogue = guards.Where(static guard => guard.Model is not null)
            .Select(static (guard, _) => guard.Model!.ToEntry())
            .Collect()
            .Select(static (entries, _) => entries.ToEquatable())
            .Combine(context.CompilationProvider.Select(static (compilation, _) => compilation.AssemblyName ?? ""))
            .WithTrackingName(CatalogueStep);
        context.RegisterSourceOutput(catalogue, static (output, pair) =>
        {
            if (pair.Left.Count > 0)
            {
                output.AddSource(CatalogueWriter.FileName, Text(CatalogueWriter.Write(pair.Right, pair.Left)));
            }
        });
    }

    private static WrittenGuard? Read(GeneratorAttributeSyntaxContext found, CancellationToken cancellationToken)
    {
        // Twice on the parts of one interface is an error of the compiler's; here it is one interface all the same.
        var type = (INamedTypeSymbol)found.TargetSymbol;
        var first = type.GetAttributes().First(attribute => attribute.Is(Known.Guarded)).ApplicationSyntaxReference;
        return first is not null && first.SyntaxTree == found.TargetNode.SyntaxTree && found.TargetNode.Span.Contains(first.Span)
            ? Write(type, found.SemanticModel.Compilation, cancellationToken)
            : null;
    }

    // An exception that got out would take the guards of all other interfaces with it.
    private static WrittenGuard? Write(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellationToken)
    {
        try
        {
            var model = GuardBuilder.Build(type, compilation, cancellationToken);
            return model is null ? null : new(model, GuardWriter.Write(model), null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new(null, "", GuardFailure.Of(type, exception));
        }
    }

    private static SourceText Text(string text) => SourceText.From(text, Encoding.UTF8);
}
