using ImmutableAudit.Benchmarks.Guards;
using ImmutableAudit.Benchmarks.Reporting;
using ImmutableAudit.Benchmarks.Scenarios;
using Spectre.Console;

namespace ImmutableAudit.Benchmarks.Commands;

/// <summary>Runs scenarios, prints each as soon as it is measured, and writes the JSON at the end.</summary>
internal static class MacroRun
{
    /// <summary>Runs them all.</summary>
    /// <param name="request">How to run.</param>
    /// <param name="scenarios">Makes the scenarios, each when its turn comes; given the directory for data.</param>
    public static async Task RunAsync(RunRequest request, Func<string, IAsyncEnumerable<Scenario>> scenarios)
    {
        using var directory = new DataDirectory(request.Directory);
        using var runner = new ScenarioRunner(directory.Path, request.Rounds, request.Duration, Console.Error.WriteLine);
        await ReportAsync(request, directory.Path, scenarios(directory.Path), runner.RunAsync);
    }

    /// <summary>Runs all scenarios of calls.</summary>
    public static async Task RunAsync(RunRequest request, IEnumerable<CallScenario> scenarios)
    {
        using var directory = new DataDirectory(request.Directory);
        var runner = new SliceRunner(directory.Path, request.Rounds, request.Duration, Console.Error.WriteLine);
        await ReportAsync(request, directory.Path, scenarios.ToAsyncEnumerable(), runner.RunAsync);
    }

    private static async Task ReportAsync<T>(
        RunRequest request, string directory, IAsyncEnumerable<T> scenarios, Func<T, Task<ScenarioResult>> run)
    {
        foreach (var line in Machine.Describe(directory))
        {
            Console.WriteLine(line);
        }

        var results = new List<ScenarioResult>();
        await foreach (var scenario in scenarios)
        {
            results.Add(await run(scenario));
            ConsoleReport.Print(results[^1], AnsiConsole.Console);
        }

        if (request.Json is { } json)
        {
            JsonReport.Write(results, json);
        }
    }
}
