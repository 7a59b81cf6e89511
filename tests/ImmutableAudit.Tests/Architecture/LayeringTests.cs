using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Tests.Architecture;

/// <summary>Holds DESIGN section 3: who may know whom, namespaces, sealed types, length of files.</summary>
public sealed class LayeringTests
{
    private const int MostLines = 400;

    [Fact]
    public void Nobody_knows_what_it_must_not_know() => AssertNone(LayerCheck.Violations(SourceTree.Library));

    [Fact]
    public void Every_name_is_resolved_so_that_no_dependency_is_overlooked()
    {
        Assert.NotEmpty(SourceTree.Library.Files);
        AssertNone(SourceTree.Library.UnresolvedNames());
    }

    [Fact]
    public void Rules_speak_of_units_that_have_rows_and_give_a_reason()
    {
        var units = LayerRules.All.Select(rule => rule.Unit).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(LayerRules.All.Count, units.Count);
        foreach (var rule in LayerRules.All)
        {
            Assert.NotEmpty(rule.Reason);
            Assert.All(rule.MayKnow, known =>
                Assert.True(known == "*" || units.Contains(known) || File.Exists(Path.Combine(SourceTree.Root, known)), $"{rule.Unit} may know {known}?"));
        }
    }

    [Fact]
    public void Namespaces_follow_folders_or_are_the_root() => AssertNone(MisplacedTypes(SourceTree.Library));

    [Fact]
    public void Public_classes_are_sealed_static_or_abstract() => AssertNone(OpenClasses(SourceTree.Library));

    [Fact]
    public void No_source_file_is_too_long()
    {
        var src = Path.GetDirectoryName(SourceTree.Root)!;
        AssertNone(
            from path in SourceTree.FilesBelow(src)
            let lines = File.ReadLines(path).Count()
            where lines > MostLines
            select $"{SourceTree.Relative(src, path)}: {lines} lines, more than {MostLines}");
    }

    [Theory]
    [InlineData("Merkle/A.cs", "Tiles/B.cs", "class A { Tiles.B? b; }")]
    [InlineData("Merkle/A.cs", "Events/B.cs", "class A { void M() { var x = Events.B.Make(); } }")]
    [InlineData("Checkpoints/A.cs", "Tiles/B.cs", "class A : Tiles.B;")]
    [InlineData("Tiles/A.cs", "Checkpoints/B.cs", "class A { System.Collections.Generic.List<Checkpoints.B[]> l = []; }")]
    [InlineData("Events/A.cs", "Tiles/B.cs", "class A { Tiles.B b = new(); }")]
    [InlineData("Storage/A.cs", "Storage/FileSystem/B.cs", "class A { object o = new FileSystem.B(); }")]
    [InlineData("Storage/A.cs", "Storage/LogReader.cs", "class A { object o = new B(); }")]
    [InlineData("Storage/A.cs", "Log/B.cs", "class A { string o = nameof(Log.B); }")]
    [InlineData("Storage/LogReader.cs", "Storage/InMemory/B.cs", "class A { object o = typeof(InMemory.B); }")]
    [InlineData("Storage/InMemory/A.cs", "Storage/FileSystem/B.cs", "class A { FileSystem.B? b; }")]
    [InlineData("Storage/Http/A.cs", "Storage/FileSystem/B.cs", "using static ImmutableAudit.Storage.FileSystem.B; namespace ImmutableAudit.Storage.Http { class A { object o = Make(); } }")]
    [InlineData("Log/A.cs", "Storage/FileSystem/B.cs", "using C = ImmutableAudit.Storage.FileSystem.B; namespace ImmutableAudit.Log { class A { C? c; } }")]
    [InlineData("Log/Deeper/A.cs", "Verification/B.cs", "class A { Verification.B? b; }")]
    [InlineData("Log/A.cs", "Storage/LogReader.cs", "class A { Storage.B? b; }")]
    [InlineData("Verification/A.cs", "Log/B.cs", "class A { void M(string s) { s.Extend(); } }")]
    [InlineData("Verification/A.cs", "Storage/Http/B.cs", "class A { object M(Storage.Http.B b) => b + b; }")]
    [InlineData("Exceptions/A.cs", "Merkle/B.cs", "class A { Merkle.B? b; }")]
    [InlineData("Storage/Tape/A.cs", "Merkle/B.cs", "class A { }")]
    [InlineData("Novelty/A.cs", "Merkle/B.cs", "class A { }")]
    [InlineData("A.cs", "Merkle/B.cs", "class A { }")]
    public void A_forbidden_dependency_is_found(string path, string known, string text)
    {
        var violations = LayerCheck.Violations(Fabricated(path, known, text));
        Assert.NotEmpty(violations);
        Assert.All(violations, violation => Assert.StartsWith(path, violation, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Tiles/A.cs", "Merkle/B.cs", "class A { Merkle.B b = new(); }")]
    [InlineData("Merkle/A.cs", "Exceptions/B.cs", "class A { Exceptions.B b = new(); }")]
    [InlineData("Merkle/A.cs", "Merkle/B.cs", "class A { B b = new(); }")]
    [InlineData("Events/A.cs", "Merkle/MerkleHash.cs", "class A { Merkle.B? b; }")]
    [InlineData("Storage/LogReader.cs", "Storage/Http/B.cs", "class A { Http.B b = new(); }")]
    [InlineData("Storage/FileSystem/A.cs", "Storage/FileSystem/B.cs", "class A { B b = new(); }")]
    [InlineData("Storage/FileSystem/Deeper/A.cs", "Storage/B.cs", "class A { Storage.B b = new(); }")]
    [InlineData("Verification/A.cs", "Storage/ILogReader.cs", "class A { Storage.B b = new(); }")]
    [InlineData("DependencyInjection/A.cs", "Storage/InMemory/B.cs", "class A { Storage.InMemory.B b = new(); }")]
    public void An_allowed_dependency_is_not_found(string path, string known, string text)
    {
        var sources = Fabricated(path, known, text);
        Assert.Empty(sources.UnresolvedNames());
        Assert.Empty(LayerCheck.Violations(sources));
    }

    [Fact]
    public void A_name_that_cannot_be_resolved_is_found() =>
        Assert.NotEmpty(Fabricated("Log/A.cs", "Log/B.cs", "class A { Nowhere.C? c; }").UnresolvedNames());

    [Theory]
    [InlineData("Merkle/A.cs", "ImmutableAudit.Merkle", true)]
    [InlineData("Merkle/A.cs", "ImmutableAudit", true)]
    [InlineData("Storage/Http/A.cs", "ImmutableAudit.Storage.Http", true)]
    [InlineData("DependencyInjection/A.cs", "Microsoft.Extensions.DependencyInjection", true)]
    [InlineData("Merkle/A.cs", "ImmutableAudit.Tiles", false)]
    [InlineData("Storage/Http/A.cs", "ImmutableAudit.Storage", false)]
    [InlineData("Log/A.cs", "Microsoft.Extensions.DependencyInjection", false)]
    public void A_misplaced_type_is_found(string path, string space, bool allowed) =>
        Assert.Equal(allowed, !MisplacedTypes(SourceTree.Of([(path, $"namespace {space}; class A;")])).Any());

    [Theory]
    [InlineData("public class A;", false)]
    [InlineData("public record A;", false)]
    [InlineData("public static class O { public class A; }", false)]
    [InlineData("public sealed class A;", true)]
    [InlineData("public sealed record A;", true)]
    [InlineData("public static class A;", true)]
    [InlineData("public abstract class A;", true)]
    [InlineData("public struct A;", true)]
    [InlineData("public interface A;", true)]
    [InlineData("public class A : System.IO.IOException;", true)]
    [InlineData("class A;", true)]
    [InlineData("static class O { public class A; }", true)]
    public void An_open_public_class_is_found(string text, bool allowed) =>
        Assert.Equal(allowed, !OpenClasses(SourceTree.Of([("Log/A.cs", text)])).Any());

    /// <summary>A source at a path, in the namespace of its folder unless it brings one, beside a class B that it may name.</summary>
    private static SourceTree Fabricated(string path, string known, string text) => SourceTree.Of(
    [
        (path, text.Contains("namespace", StringComparison.Ordinal) ? text : $"{Using(known)} namespace {SpaceOf(path)} {{ {text} }}"),
        (known, $$"""
            namespace {{SpaceOf(known)}};
            public class B { public static B Make() => new(); public static B operator +(B left, B right) => left; }
            public static class Extensions { public static void Extend(this string text) { } }
            """),
    ]);

    private static string Using(string known) => $"using {SpaceOf(known)};";

    private static string SpaceOf(string file) =>
        file.Contains('/', StringComparison.Ordinal) ? $"ImmutableAudit.{file[..file.LastIndexOf('/')].Replace('/', '.')}" : "ImmutableAudit";

    private static IEnumerable<string> MisplacedTypes(SourceTree sources) =>
        from declared in sources.Types()
        let space = declared.Type.ContainingNamespace.ToDisplayString()
        where space != "ImmutableAudit" && space != SpaceOf(declared.File)
            && !(space == "ImmutableAudit.Privilege" && declared.File.StartsWith("Privilege/", StringComparison.Ordinal)) // One namespace to import.
            && !(space == "Microsoft.Extensions.DependencyInjection" && declared.File.StartsWith("DependencyInjection/", StringComparison.Ordinal))
        select $"{declared.File}: {declared.Type} is in namespace {space}";

    private static IEnumerable<string> OpenClasses(SourceTree sources) =>
        from declared in sources.Types()
        let type = declared.Type
        where type is { TypeKind: TypeKind.Class, IsSealed: false, IsStatic: false, IsAbstract: false } && IsVisible(type) && !IsException(type)
        select $"{declared.File}: {type} is public and neither sealed, static nor abstract";

    private static bool IsVisible(INamedTypeSymbol? type) => type is null
        || (type.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal
            && IsVisible(type.ContainingType));

    private static bool IsException(INamedTypeSymbol? type) => type is not null
        && (type.ToDisplayString() == "System.Exception" || IsException(type.BaseType));

    private static void AssertNone(IEnumerable<string> violations)
    {
        var found = violations.ToList();
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }
}
