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
        console.MarkupLineInterpolated($"[bold]{result.Name}[/]");
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
        var subjects = result.Subjects.Where(subject => subject.WasRun).ToList();
        var columns = Columns(result.Unit).Where(column => subjects.Exists(subject => column.Text(subject).Length > 0)).ToList();
        var table = New(["subject", .. columns.Select(column => column.Title)]);
        foreach (var subject in subjects)
        {
            table.AddRow([subject.Subject.Name, .. columns.Select(column => column.Text(subject))]);
        }

        foreach (var column in table.Columns.Skip(1))
        {
            column.RightAligned();
        }

        return table;
    }

    private static IEnumerable<(string Title, Func<SubjectResult, string> Text)> Columns(string unit) =>
    [
        (unit, subject => Figure.Number(subject.Value.Median)),
        ("min – max", subject => Figure.Range(subject.Value)),
        ("more than the first", subject => Figure.Number(subject.MedianOf(sample => sample.OverFirst))),
        ("p50", subject => Figure.Microseconds(subject.P50)),
        ("p99", subject => Figure.Microseconds(subject.P99)),
        ("bytes/entry", subject => Figure.Number(subject.MedianOf(sample => sample.BytesPerEntry))),
        ("allocated each", subject => Figure.Bytes(subject.MedianOf(sample => sample.AllocatedPerEntry))),
        ("peak memory", subject => Figure.Megabytes(subject.MedianOf(sample => sample.PeakMemory))),
        ("unpublished", subject => Figure.Number(subject.MedianOf(sample => sample.Unpublished))),
    ];

    private static Table Comparisons(ScenarioResult result)
    {
        var table = New("ratio", "median", "min – max", "but");
        var subjects = result.Subjects.Where(subject => subject.WasRun).ToList();
        foreach (var other in subjects.Where(subject => !subject.Subject.IsOurs))
        {
            foreach (var ours in subjects.Where(subject => subject.Subject.IsOurs))
            {
                var ratio = result.Ratio(ours, other);
                table.AddRow(
                    $"{ours.Subject.Name} / {other.Subject.Name}",
                    Figure.Number(ratio.Median),
                    Figure.Range(ratio),
                    $"{other.Subject.Name}: {other.Subject.NotDone}");
            }
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
