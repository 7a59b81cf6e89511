using System.Text;
using Microsoft.CodeAnalysis;
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
            .ForAttributeWithMetadataName($"{Known.Namespace}.{Known.Guarded}", static (_, _) => true, static (found, token) => Read(found, token))
            .Where(static guard => guard is not null)
            .Select(static (guard, _) => guard!)
            .WithTrackingName(ReadStep);
        context.RegisterSourceOutput(guards, static (output, guard) => output.AddSource(guard.HintName, Text(GuardWriter.Write(guard))));

        var catalogue = guards.Select(static (guard, _) => guard.ToEntry())
            .Collect()
            .Select(static (entries, _) => entries.ToEquatable())
            .Combine(context.CompilationProvider.Select(static (compilation, _) => compilation.AssemblyName ?? ""))
            .WithTrackingName(CatalogueStep);
        context.RegisterSourceOutput(catalogue, static (output, pair) =>
        {
            if (pair.Left.Count > 0)
            {
                output.AddSource("GuardCatalogue.g.cs", Text(CatalogueWriter.Write(pair.Right, pair.Left)));
            }
        });
    }

    private static GuardModel? Read(GeneratorAttributeSyntaxContext found, CancellationToken cancellationToken)
    {
        // Twice on the parts of one interface is an error of the compiler's; here it is one interface all the same.
        var type = (INamedTypeSymbol)found.TargetSymbol;
        var first = type.GetAttributes().First(attribute => attribute.Is(Known.Guarded)).ApplicationSyntaxReference;
        return first is not null && first.SyntaxTree == found.TargetNode.SyntaxTree && found.TargetNode.Span.Contains(first.Span)
            ? GuardBuilder.Build(type, found.SemanticModel.Compilation, cancellationToken)
            : null;
    }

    private static SourceText Text(string text) => SourceText.From(text, Encoding.UTF8);
}
