using System.Net;
using System.Security.Cryptography;
using System.Text;
using ImmutableAudit.Samples;

namespace ImmutableAudit.Verifier.Reports;

/// <summary>
/// A report as one page that needs nothing else, shows the same without a network in twenty years, and prints well. It has no script, and
/// its policy lets none run: every text of a log is escaped besides.
/// </summary>
internal static class HtmlReport
{
    private const string Style = """
        :root { color-scheme: light; }
        body { font: 10pt/1.4 system-ui, sans-serif; color: #111; background: #fff; margin: 2em auto; max-width: 75em; padding: 0 1em; }
        h1 { font-size: 1.6em; margin: 0 0 .2em; }
        h2 { font-size: 1.2em; margin: 2em 0 .3em; break-after: avoid; }
        dl { display: grid; grid-template-columns: max-content auto; gap: .1em 1em; }
        dt { color: #555; }
        dd { margin: 0; overflow-wrap: anywhere; }
        p { margin: .2em 0 .6em; }
        table { border-collapse: collapse; width: 100%; }
        caption { text-align: left; font-weight: bold; }
        th, td { border: 1px solid #bbb; padding: .2em .5em; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
        th { background: #eee; overflow-wrap: normal; }
        .good { color: #060; font-weight: bold; }
        .bad { color: #a00; font-weight: bold; }
        .page { display: none; }
        @media print {
          body { margin: 0; max-width: none; padding: 0; font-size: 9pt; }
          section { break-before: page; }
          section.list { break-before: auto; }
          table { break-inside: auto; }
          thead { display: table-header-group; }
          tr, dl, li { break-inside: avoid; }
          th { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          .page { display: block; position: fixed; top: 0; right: 0; color: #a00; font-weight: bold; background: #fff; }
        }
        @page { margin: 15mm 12mm; @bottom-right { content: counter(page) " / " counter(pages); } }
        """;

    /// <summary>Besides, where the browser prints margins.</summary>
    private static string MarginStyle(string word) => $"\n@page {{ @top-left {{ content: \"{word}\"; }} @bottom-left {{ content: \"{word}\"; }} }}";

    public static void Write(Report report, TextWriter output)
    {
        var style = report.IsVerified ? Style : Style + MarginStyle(report.Word);
        style = style.ReplaceLineEndings("\n");
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)));
        output.WriteLine("<!DOCTYPE html>");
        output.WriteLine("<html lang=\"en\">");
        output.WriteLine("<head>");
        output.WriteLine("<meta charset=\"utf-8\">");
        output.WriteLine($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">");
        output.WriteLine("<meta name=\"viewport\" content=\"width=device-width\">");
        output.WriteLine($"<title>{Escape(report.Title)}{report.Mark}</title>");
        output.Write($"<style>{style}</style>\n");
        output.WriteLine("</head>");
        output.WriteLine("<body>");
        if (!report.IsVerified)
        {
            output.WriteLine($"<div class=\"page\">{report.Word}</div>");
        }

        output.WriteLine($"<h1>{Escape(report.Title)}</h1>");
        output.WriteLine($"<p><span class=\"{(report.IsVerified ? "good" : "bad")}\">{report.Word}</span>: {Escape(report.Status)}</p>");
        output.WriteLine("<dl>");
        foreach (var (label, value) in report.Facts)
        {
            output.WriteLine($"<dt>{Escape(label)}</dt><dd>{Escape(value)}</dd>");
        }

        output.WriteLine("</dl>");
        foreach (var section in report.Sections)
        {
            Write(section, report.IsVerified ? "" : $" <span class=\"bad\">{report.Word}</span>", output);
        }

        output.WriteLine("</body>");
        output.WriteLine("</html>");
        output.Flush();
    }

    private static void Write(ReportSection section, string mark, TextWriter output)
    {
        output.WriteLine(section.Columns.Count == 0 || section.Rows.Count == 0 ? "<section class=\"list\">" : "<section>");
        output.WriteLine($"<h2>{Escape(section.Heading)}{mark}</h2>");
        if (section.Note is not null)
        {
            output.WriteLine($"<p>{Escape(section.Note)}</p>");
        }

        if (section.Rows.Count == 0)
        {
            output.WriteLine($"<p>{ReportSection.Nothing}</p>");
        }
        else if (section.Columns.Count == 0)
        {
            output.WriteLine("<ul>");
            foreach (var row in section.Rows)
            {
                output.WriteLine($"<li>{Escape(row[0])}</li>");
            }

            output.WriteLine("</ul>");
        }
        else
        {
            output.WriteLine($"<table><thead><tr>{string.Concat(section.Columns.Select(column => $"<th>{Escape(column)}</th>"))}</tr></thead><tbody>");
            foreach (var row in section.Rows)
            {
                output.WriteLine($"<tr>{string.Concat(row.Select(text => $"<td>{Escape(text)}</td>"))}</tr>");
            }

            output.WriteLine("</tbody></table>");
        }

        output.WriteLine("</section>");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(SafeText.Of(text));
}
