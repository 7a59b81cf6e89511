using System.Diagnostics;
using System.Globalization;
using ImmutableAudit.Benchmarks.Measuring;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>This library, in PostgreSQL, from several processes that append to one log, each with as many producers as one has elsewhere.</summary>
internal sealed class PostgreSqlProcesses(string server, int processes) : ISubject
{
    public const string ChildCommand = "postgresql-child";

    /// <summary>
    /// Each of several processes compiles for itself, on the same processors: four on two took 14.5 % of the time for it after 20 s, and 1.7 % after 37 s.
    /// </summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(40);

    public string Name => processes == 1 ? "immutableaudit-1-process" : $"immutableaudit-{processes}-processes";

    /// <summary>One alone is what several are compared with: it warms up and writes as long before as they do.</summary>
    public bool IsOurs => processes > 1;

    public string NotDone => $"Run in processes of its own, with as many producers each, after {WarmUp.TotalSeconds} s of warming up.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        await using var schema = await BenchmarkSchema.CreateAsync(server);
        var directory = Path.Combine(workload.Directory, "log");
        await using (await BenchmarkLog.OpenAsync(directory, BenchmarkSchema.Sink(server)))
        {
            // So that the key and the log are there for all.
        }

        var children = Enumerable.Range(0, processes).Select(_ => Start(directory, workload)).ToArray();
        try
        {
            foreach (var child in children)
            {
                await child.StandardOutput.ReadLineAsync();
            }

            foreach (var child in children)
            {
                await child.StandardInput.WriteLineAsync();
            }

            var values = await Task.WhenAll(children.Select(ResultAsync));
            return new Sample(values.Sum()) { BytesPerEntry = await schema.BytesPerEntryAsync() };
        }
        finally
        {
            foreach (var child in children)
            {
                child.Kill();
                child.Dispose();
            }
        }
    }

    /// <summary>What a child does: says that it is ready, waits for the others, and prints what it measured.</summary>
    public static async Task RunChildAsync(string server, Workload workload)
    {
        await using var log = await BenchmarkLog.OpenAsync(workload.Directory, BenchmarkSchema.Sink(server));
        Console.WriteLine("ready");
        Console.ReadLine();
        var sample = await Producers.RunAsync(workload with { WarmUp = WarmUp }, () => log.AppendAsync(BenchmarkEntry.Encoded));
        Console.WriteLine(sample.Value.ToString(CultureInfo.InvariantCulture));
    }

    private Process Start(string directory, Workload workload)
    {
        string[] arguments =
        [
            ChildCommand, server, directory, workload.Producers.ToString(CultureInfo.InvariantCulture),
            workload.Duration.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        ];
        var host = Environment.ProcessPath!;
        return Process.Start(new ProcessStartInfo(
            host, Path.GetFileNameWithoutExtension(host) == "dotnet" ? [typeof(PostgreSqlProcesses).Assembly.Location, .. arguments] : arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    private static async Task<double> ResultAsync(Process child)
    {
        var printed = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        return child.ExitCode == 0
            ? double.Parse(printed, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"A process that was to append ended with exit code {child.ExitCode}.");
    }
}
