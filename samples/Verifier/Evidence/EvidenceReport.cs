using System.Text.Json;
using ImmutableAudit.Verifier.Output;
using ImmutableAudit.Verifier.Reports;

namespace ImmutableAudit.Verifier.Evidence;

/// <summary>Sets the controls of a framework against what there is in a log.</summary>
internal sealed class EvidenceReport(Framework framework, LogFacts facts)
{
    private const string Nothing = "nothing in this log";

    public Report Of(bool isVerified, string status) => new(
        $"Control evidence for {framework.Title}", isVerified, status, [.. Facts()],
        [
            new ReportSection(
                "Controls", "Of each control that such a log can support; of the others nothing is said.",
                ["control", "about", "what the log shows", "found", "what it cannot show"],
                [.. framework.Controls.Select(control => (string[])[control.Id, control.About, control.Shows, Found(control, isVerified), control.Cannot])]),
            new ReportSection(
                "Entries", "LOG is the log, VKEY its public key. What 'prove' writes is checked without the log.",
                ["what", "count", "entries", "prove one", "check it"],
                [.. Measures().Where(measure => facts[measure].Count > 0).Select(Row)]),
            ReportSection.List("What this is", Limits()),
        ]);

    public void Write(Utf8JsonWriter json, bool isVerified)
    {
        json.WriteString("framework", framework.Name);
        json.WriteString("title", framework.Title);
        json.WriteString("statement", Framework.Statement);
        json.WriteBoolean("certifies", value: false);
        json.WriteTime("firstTime", facts.FirstTime);
        json.WriteTime("lastTime", facts.LastTime);
        json.WriteNumber("unreadable", facts.Unreadable);
        json.WriteArray("controls", framework.Controls, (writer, control) =>
        {
            writer.WriteString("control", control.Id);
            writer.WriteString("about", control.About);
            writer.WriteString("shows", control.Shows);
            if (control.IsAboutIntegrity)
            {
                writer.WriteBoolean("integrityVerified", isVerified);
            }

            writer.WriteArray("found", control.Measures, WriteFound);
            writer.WriteString("cannotShow", control.Cannot);
        });
        json.WriteTexts("limits", Limits());
    }

    private void WriteFound(Utf8JsonWriter json, Measure measure)
    {
        var tally = facts[measure];
        json.WriteString("what", JsonNamingPolicy.CamelCase.ConvertName($"{measure}"));
        json.WriteNumber("count", tally.Count);
        json.WriteStartArray("entries");
        foreach (var entry in tally.Samples)
        {
            json.WriteNumberValue(entry);
        }

        json.WriteEndArray();
        if (tally.Count > 0)
        {
            json.WriteString("prove", Prove(tally));
        }
    }

    private IEnumerable<(string, string)> Facts()
    {
        yield return ("note", Framework.Statement);
        yield return ("entries", Span());
    }

    private IEnumerable<string> Limits()
    {
        yield return Framework.Statement;
        yield return "Counts are of entries, taken at their word; that each decision and each grant was right by the policy takes replaying them.";
        yield return "Where nothing is found, nothing is said against the control: it may not have come up, or be met elsewhere.";
        if (facts.Unreadable > 0)
        {
            yield return $"{facts.Unreadable} entries are no events that this version can read; they are counted as entries, and nothing else.";
        }
    }

    private string Found(Control control, bool isVerified)
    {
        var found = control.Measures.Where(measure => facts[measure].Count > 0)
            .Select(measure => $"{MeasureNames.Of(measure)}: {facts[measure].Count} ({Samples(facts[measure])})").ToList();
        if (control.IsAboutIntegrity)
        {
            found.Insert(0, isVerified ? "every entry, time and tile verified against the signed checkpoint" : "NOT verified, as no key was given");
        }

        if (control.IsAboutRetention && facts.FirstTime is not null)
        {
            found.Add(Span());
        }

        return found.Count == 0 ? Nothing : string.Join("; ", found);
    }

    private string Span() => facts.FirstTime is { } first && facts.LastTime is { } last
        ? $"{facts[Measure.Entries].Count} entries from {EntryColumns.Time(first)} to {EntryColumns.Time(last)}"
        : $"{facts[Measure.Entries].Count} entries";

    private IEnumerable<Measure> Measures() => framework.Controls.SelectMany(control => control.Measures).Distinct().Order();

    private string[] Row(Measure measure)
    {
        var tally = facts[measure];
        return
        [
            MeasureNames.Of(measure), $"{tally.Count}", Samples(tally), Prove(tally), $"verifier check {File(tally)} --key VKEY",
        ];
    }

    private static string Samples(Tally tally) =>
        $"{(tally.Count == 1 ? "entry" : "entries")} {string.Join(", ", tally.Samples)}{(tally.Count > tally.Samples.Count ? " and others" : "")}";

    private static string Prove(Tally tally) => $"verifier prove LOG {tally.Samples[^1]} --output {File(tally)}";

    private static string File(Tally tally) => $"entry-{tally.Samples[^1]}.tlog-proof";
}
