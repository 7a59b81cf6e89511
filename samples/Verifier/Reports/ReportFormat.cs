using System.CommandLine;
using System.Text.Json;
using ImmutableAudit.Verifier.Input;

namespace ImmutableAudit.Verifier.Reports;

/// <summary>The options that say how a report is shown, and showing it so. <c>--json</c> is every verb's own.</summary>
internal sealed class ReportFormat(bool hasHtml)
{
    private readonly Option<bool> _markdown = new("--markdown") { Description = "Answer with one Markdown document on standard output." };
    private readonly Option<bool> _html = new("--html") { Description = "Answer with one HTML page on standard output, which needs nothing else and prints well." };

    public void AddTo(Command command)
    {
        command.Add(_markdown);
        if (hasHtml)
        {
            command.Add(_html);
        }
    }

    /// <summary>What was asked for; <see langword="null"/> where it is for people.</summary>
    public Action<Report, TextWriter>? Choose(ParseResult arguments, Utf8JsonWriter? json)
    {
        var (markdown, html) = (arguments.GetValue(_markdown), hasHtml && arguments.GetValue(_html));
        if ((json is null ? 0 : 1) + (markdown ? 1 : 0) + (html ? 1 : 0) > 1)
        {
            throw new InputException($"{(hasHtml ? "--json, --markdown and --html" : "--json and --markdown")} each ask for another answer. Give one of them.");
        }

        return markdown ? MarkdownReport.Write : html ? HtmlReport.Write : null;
    }
}
