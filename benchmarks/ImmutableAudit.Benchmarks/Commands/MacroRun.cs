using ImmutableAudit.Benchmarks.Reporting;
using ImmutableAudit.Benchmarks.Scenarios;
using Spectre.Console;

namespace ImmutableAudit.Benchmarks.Commands;

/// <summary>Runs scenarios, prints each as soon as it is measured, and writes the JSON at the end.</summary>
internal static class MacroRun
{
    /// <summary>Runs them all.</summary>
    /// <param name="request">How to run.</param>
    /// <param name="scenarios">Makes the scenarios; given the directory for data.</param>
    public static async Task RunAsync(RunRequest request, Func<string, Task<IEnumerable<Scenario>>> scenarios)
    {
        var directory = request.Directory is { } given
            ? Directory.CreateDirectory(given)
            : Directory.CreateTempSubdirectory("immutableaudit-benchmarks-");
        try
        {
            var runner = new ScenarioRunner(directory.FullName, request.Rounds, request.Duration, Console.Error.WriteLine);
            foreach (var line in Machine.Describe(directory.FullName))
            {
                Console.WriteLine(line);
            }

            var results = new List<ScenarioResult>();
            foreach (var scenario in await scenarios(directory.FullName))
            {
                results.Add(await runner.RunAsync(scenario));
                ConsoleReport.Print(results[^1], AnsiConsole.Console);
            }

            if (request.Json is { } json)
            {
                JsonReport.Write(results, json);
            }
        }
        finally
        {
            if (request.Directory is null)
            {
                directory.Delete(recursive: true);
            }
        }
    }
}
