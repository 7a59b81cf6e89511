using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ImmutableAudit.Tests.Architecture;

/// <summary>The library's sources, compiled for their symbols. Source generators do not run, so what they add is not there.</summary>
internal sealed class SourceTree
{
    private const string Implicit = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview);

    // What all compilations share, so that the framework's metadata is read once.
    private static readonly CSharpCompilation Empty = CSharpCompilation.Create(
        "Layers",
        [CSharpSyntaxTree.ParseText(Implicit, Options)],
        References(),
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    private SourceTree(CSharpCompilation compilation) => Compilation = compilation;

    public CSharpCompilation Compilation { get; }

    public IEnumerable<SyntaxTree> Files => Compilation.SyntaxTrees.Where(tree => tree.FilePath.Length > 0);

    /// <summary>The folder src/ImmutableAudit.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The repository's library.</summary>
    public static SourceTree Library { get; } = Of(FilesBelow(Root).Select(path => (Relative(Root, path), File.ReadAllText(path))));

    /// <summary>Sources that are given, each with its path below src/ImmutableAudit, parts separated by <c>/</c>.</summary>
    public static SourceTree Of(IEnumerable<(string Path, string Text)> sources) =>
        new(Empty.AddSyntaxTrees(sources.Select(source => CSharpSyntaxTree.ParseText(source.Text, Options, source.Path))));

    /// <summary>All sources below a folder, without build output.</summary>
    public static IEnumerable<string> FilesBelow(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(path => !Relative(folder, path).Split('/').Any(part => part is "bin" or "obj"));

    public static string Relative(string folder, string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');

    /// <summary>Names that the compiler could not find: a check that rests on symbols would overlook them.</summary>
    public IEnumerable<string> UnresolvedNames() =>
        from diagnostic in Compilation.GetDiagnostics()
        where diagnostic.Id is "CS0103" or "CS0234" or "CS0246" or "CS0400" or "CS0012" || diagnostic.Id.StartsWith("CS10", StringComparison.Ordinal)
        where diagnostic.Severity == DiagnosticSeverity.Error
        select diagnostic.ToString();

    /// <summary>Every class, struct, interface, enum and delegate that the sources declare, with the file of each declaration.</summary>
    public IEnumerable<(string File, INamedTypeSymbol Type)> Types() =>
        from tree in Files
        let model = Compilation.GetSemanticModel(tree)
        from declaration in tree.GetRoot().DescendantNodes()
        where declaration is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax
        let type = model.GetDeclaredSymbol(declaration) as INamedTypeSymbol
        where type is not null
        select (tree.FilePath, type);

    // Not by the path that the compiler saw: in a CI build that one is not the real one.
    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ImmutableAudit.sln")))
            {
                return Path.Combine(folder, "src", "ImmutableAudit");
            }
        }

        throw new DirectoryNotFoundException($"No ImmutableAudit.sln above {AppContext.BaseDirectory}.");
    }

    private static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(path => !Path.GetFileName(path).StartsWith("ImmutableAudit", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path));
}
