using Spectre.Console;

namespace ImmutableAudit.Benchmarks.Reporting;

/// <summary>The tables on the screen.</summary>
internal static class ConsoleReport
{
    private const int RedirectedWidth = 150;

    public static void Print(ScenarioResult result, IAnsiConsole console)
    {
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = RedirectedWidth;
            console.Profile.Capabilities.Ansi = false;
        }

        console.WriteLine();
        console.MarkupLineInterpolated($"[bold]{result.Scenario.Name}[/]");
        console.Write(Figures(result));
        var comparisons = Comparisons(result);
        if (comparisons.Rows.Count > 0)
        {
            console.Write(comparisons);
        }

        foreach (var subject in result.Subjects.Where(subject => !subject.WasRun))
        {
            console.WriteLine($"{subject.Subject.Name}: not run: {subject.Subject.Obstacle}");
        }
    }

    private static Table Figures(ScenarioResult result)
    {
        var table = New("subject", result.Scenario.Unit, "min – max", "p50", "p99", "bytes/entry", "allocated/entry", "peak memory", "unpublished");
        foreach (var subject in result.Subjects.Where(subject => subject.WasRun))
        {
            table.AddRow(
                subject.Subject.Name,
                Figure.Number(subject.Value.Median),
                Figure.Range(subject.Value),
                Figure.Microseconds(subject.P50),
                Figure.Microseconds(subject.P99),
                Figure.Number(subject.MedianOf(sample => sample.BytesPerEntry)),
                Figure.Number(subject.MedianOf(sample => sample.AllocatedPerEntry)),
                Figure.Megabytes(subject.MedianOf(sample => sample.PeakMemory)),
                Figure.Number(subject.MedianOf(sample => sample.Unpublished)));
        }

        for (var column = 1; column < table.Columns.Count; column++)
        {
            table.Columns[column].RightAligned();
        }

        return table;
    }

    private static Table Comparisons(ScenarioResult result)
    {
        var ours = result.Subjects[0];
        var table = New("ratio", "median", "min – max", "but");
        foreach (var other in result.Subjects.Skip(1).Where(other => ours.WasRun && other.WasRun))
        {
            var ratio = ours.RatioTo(other);
            table.AddRow(
                $"{ours.Subject.Name} / {other.Subject.Name}",
                Figure.Number(ratio.Median),
                Figure.Range(ratio),
                $"{other.Subject.Name}: {other.Subject.NotDone}");
        }

        return table;
    }

    private static Table New(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(column) { NoWrap = column != "but" });
        }

        return table;
    }
}
