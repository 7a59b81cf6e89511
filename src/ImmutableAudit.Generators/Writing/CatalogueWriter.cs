using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace ImmutableAudit.Generators;

/// <summary>Writes an assembly's catalogue.</summary>
internal static class CatalogueWriter
{
    public const string FileName = "GuardCatalogue.g.cs";

    private const string Namespace = "ImmutableAudit.Generated";

    public static string Write(string assembly, IReadOnlyCollection<CatalogueEntry> entries)
    {
        var name = ClassName(assembly);
        var writer = new CodeWriter();
        writer.Lines(GuardWriter.Prologue.Replace("\r", "").Split('\n'));
        writer.Lines(entries.SelectMany(entry => entry.Experiments).Distinct(StringComparer.Ordinal).OrderBy(id => id, StringComparer.Ordinal)
            .Select(id => $"#pragma warning disable {id}"));
        writer.Line();
        writer.Line($"[assembly: global::ImmutableAudit.Privilege.GuardCatalogue(typeof(global::{Namespace}.{name}))]");
        writer.Line();
        writer.Line($"namespace {Namespace};");
        writer.Line();
        writer.Line("/// <summary>The guarded interfaces of this assembly.</summary>");
        writer.Line(GuardWriter.GeneratedCode);
        if (entries.Any(entry => entry.IsObsolete))
        {
            // Where that is an error no pragma helps, but what is obsolete may use what is.
            writer.Line("[global::System.Obsolete]");
        }

        writer.Line($"internal sealed class {name} : global::ImmutableAudit.Privilege.GuardCatalogue");
        writer.Open();
        writer.Line("public override global::System.Collections.Generic.IReadOnlyList<global::ImmutableAudit.Privilege.GuardDescription> Guards { get; } =");
        writer.OpenList();
        foreach (var entry in entries.OrderBy(entry => entry.Interface, StringComparer.Ordinal))
        {
            WriteEntry(writer, entry);
        }

        writer.Close("];");
        writer.Close();
        return writer.ToString();
    }

    /// <summary>The assembly's name as an identifier: two friends that see each other's internals have two names.</summary>
    public static string ClassName(string assembly)
    {
        var name = new StringBuilder(assembly.Length);
        foreach (var character in assembly)
        {
            name.Append(SyntaxFacts.IsIdentifierPartCharacter(character) ? character : '_');
        }

        return (SyntaxFacts.IsIdentifierStartCharacter(name.Length == 0 ? '0' : name[0]) ? "" : "_") + name + "Guards";
    }

    private static void WriteEntry(CodeWriter writer, CatalogueEntry entry)
    {
        const string description = "global::ImmutableAudit.Privilege.GuardDescription";
        string[] arguments = entry.IsGeneric
            ? [$"typeof({entry.Interface})", $"typeof({entry.Guard})", .. entry.Rules]
            : [$"static target => new {entry.Guard}(target)", .. entry.Rules];
        writer.Line(entry.IsGeneric ? $"{description}.CreateOpen(" : $"{description}.Create<{entry.Interface}>(");
        for (var i = 0; i < arguments.Length; i++)
        {
            writer.Continuation(arguments[i] + (i == arguments.Length - 1 ? ")," : ","));
        }
    }
}
