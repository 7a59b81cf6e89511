using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators.Tests;

/// <summary>
/// A source with the places of diagnostics marked: <c>{|IA1001:text|}</c>. The analyzers have to report exactly these.
/// </summary>
internal static class Marked
{
    public static (string Text, IReadOnlyList<(string Id, int Start, int End)> Places) Parse(string marked)
    {
        var places = new List<(string Id, int Start, int End)>();
        var open = new Stack<(string Id, int Start)>();
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < marked.Length; i++)
        {
            if (marked.AsSpan(i).StartsWith("{|", StringComparison.Ordinal))
            {
                var colon = marked.IndexOf(':', i);
                open.Push((marked[(i + 2)..colon], text.Length));
                i = colon;
            }
            else if (marked.AsSpan(i).StartsWith("|}", StringComparison.Ordinal))
            {
                var (id, start) = open.Pop();
                places.AddRange(id.Split(',').Select(one => (one, start, text.Length)));
                i++;
            }
            else
            {
                text.Append(marked[i]);
            }
        }

        return (text.ToString(), [.. places.OrderBy(place => place.Start).ThenBy(place => place.Id, StringComparer.Ordinal)]);
    }

    /// <summary>Reports exactly what is marked, and the source is otherwise in order; gives back what was reported.</summary>
    public static async Task<IReadOnlyList<Diagnostic>> ReportsAsync(string marked)
    {
        var (text, places) = Parse(marked);
        var compilation = Source.Compile(text);
        Assert.Empty(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && !diagnostic.IsWarningAsError));
        var found = await Source.AnalyzeAsync(compilation);
        Assert.Equal(
            string.Join('\n', places.Select(place => $"{place.Id} {place.Start} '{text[place.Start..place.End]}'")),
            string.Join('\n', found.Select(Show)));
        return found;
    }

    private static string Show(Diagnostic diagnostic)
    {
        var span = diagnostic.Location.SourceSpan;
        return $"{diagnostic.Id} {span.Start} '{diagnostic.Location.SourceTree!.ToString()[span.Start..span.End]}'";
    }
}
