using ImmutableAudit.Samples;
using ImmutableAudit.Verifier.Output;
using Spectre.Console;

namespace ImmutableAudit.Verifier.Reports;

/// <summary>
/// A report for people. On a terminal tables; otherwise one line for each row, its columns between tabs, and lines that begin with
/// <c>#</c> about the log and the parts.
/// </summary>
internal static class TextReport
{
    private const string Absent = "-";

    public static void Print(this Screen screen, Report report)
    {
        screen.Verdict(report.IsVerified, $"# {report.Word}", $"{report.Title}. {report.Status}");
        foreach (var (label, value) in report.Facts)
        {
            if (screen.Terminal is null)
            {
                screen.Out.WriteLine($"# {label}: {SafeText.Of(value)}");
            }
            else
            {
                screen.Detail(label, value);
            }
        }

        foreach (var section in report.Sections)
        {
            screen.Heading(section.Heading + report.Mark, section.Note);
            Print(screen, section);
        }

        screen.Out.Flush();
    }

    private static void Print(Screen screen, ReportSection section)
    {
        if (section.Rows.Count == 0)
        {
            screen.Finding(ReportSection.Nothing);
        }
        else if (section.Columns.Count == 0)
        {
            foreach (var row in section.Rows)
            {
                screen.Finding(row[0]);
            }
        }
        else if (screen.Terminal is { } terminal)
        {
            terminal.Write(TableOf(section));
        }
        else
        {
            screen.Out.WriteLine($"# {string.Join('\t', section.Columns)}");
            foreach (var row in section.Rows)
            {
                screen.Out.WriteLine(string.Join('\t', row.Select(Cell).Select(EntryLines.NoFormula)));
            }
        }
    }

    private static Table TableOf(ReportSection section)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var name in section.Columns)
        {
            table.AddColumn(name);
        }

        foreach (var row in section.Rows)
        {
            table.AddRow([.. row.Select(text => new Text(Cell(text)))]);
        }

        return table;
    }

    private static string Cell(string text) => text.Length == 0 ? Absent : SafeText.Of(text);
}
