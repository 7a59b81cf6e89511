using System.Text;
using ImmutableAudit.Samples;

namespace ImmutableAudit.Verifier.Reports;

/// <summary>A report as GitHub Flavored Markdown. No text of a log is markup in it, nor becomes a link.</summary>
internal static class MarkdownReport
{
    public static void Write(Report report, TextWriter output)
    {
        output.WriteLine($"# {Escape(report.Title)}{report.Mark}");
        output.WriteLine();
        output.WriteLine($"**{report.Word}**: {Escape(report.Status)}");
        output.WriteLine();
        foreach (var (label, value) in report.Facts)
        {
            output.WriteLine($"- {Escape(label)}: {Escape(value)}");
        }

        foreach (var section in report.Sections)
        {
            output.WriteLine();
            output.WriteLine($"## {Escape(section.Heading)}{report.Mark}");
            output.WriteLine();
            Write(section, output);
        }

        output.Flush();
    }

    private static void Write(ReportSection section, TextWriter output)
    {
        if (section.Note is not null)
        {
            output.WriteLine(Escape(section.Note));
            output.WriteLine();
        }

        if (section.Rows.Count == 0)
        {
            output.WriteLine(ReportSection.Nothing);
            return;
        }

        if (section.Columns.Count > 0)
        {
            output.WriteLine($"| {string.Join(" | ", section.Columns.Select(Escape))} |");
            output.WriteLine($"|{string.Concat(Enumerable.Repeat(" --- |", section.Columns.Count))}");
        }

        foreach (var row in section.Rows)
        {
            output.WriteLine(section.Columns.Count == 0 ? $"- {Escape(row[0])}" : $"| {string.Join(" | ", row.Select(Escape))} |");
        }
    }

    /// <summary>A backslash in front of ASCII punctuation makes it plain (CommonMark section 2.4); a link needs some of it to be seen.</summary>
    private static string Escape(string text)
    {
        var safe = SafeText.Of(text);
        var result = new StringBuilder(safe.Length + 16);
        for (var i = 0; i < safe.Length; i++)
        {
            var isMarkup = safe[i] is '\\' or '`' or '*' or '_' or '{' or '}' or '[' or ']' or '<' or '>' or '#' or '|' or '~' or '&' or '@' or '$' or '!' or '^' or '='
                || (safe[i] == ':' && i + 1 < safe.Length && safe[i + 1] == '/')
                || (safe[i] is '.' or '+' or '-' && (i == 0 || safe[i - 1] is 'w' or 'W'))
                || (safe[i] is '.' or ')' && i > 0 && safe[..i].All(char.IsAsciiDigit));
            result.Append(isMarkup ? "\\" : "").Append(safe[i]);
        }

        return result.ToString();
    }
}
