using System.Diagnostics;
using System.Globalization;
using ImmutableAudit.Benchmarks.Reporting;
using ImmutableAudit.Benchmarks.Subjects;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Verification;
using Spectre.Console;

namespace ImmutableAudit.Benchmarks.Memory;

/// <summary>
/// Whether appending and verifying need more memory for a long log than for a short one. Each is done in a process of its
/// own, which says at its end what its working set was at most, and what of its managed memory is in use.
/// </summary>
internal static class MemoryRun
{
    public const string ChildCommand = "memory-child";
    public const string Append = "append";
    public const string Verify = "verify";

    /// <summary>Size of the log that the long one is held against.</summary>
    private const long Short = 10_000;

    /// <summary>So many wait at the same time while a log is filled.</summary>
    private const int Producers = 1024;

    /// <summary>Measures both sizes and prints the table.</summary>
    /// <param name="root">Where data goes.</param>
    /// <param name="entries">Size of the long log.</param>
    public static async Task RunAsync(string root, long entries)
    {
        var directory = Directory.CreateDirectory(Path.Combine(root, $"memory-{Environment.ProcessId}"));
        try
        {
            var table = new Table { Border = TableBorder.Simple };
            table.AddColumns("memory", Entries(Short), Entries(entries), "difference");
            foreach (var what in new[] { Append, Verify })
            {
                var small = await MeasureAsync(what, directory.FullName, Short);
                var large = await MeasureAsync(what, directory.FullName, entries);
                AddRow($"{what}: peak working set", small.Peak, large.Peak);
                AddRow($"{what}: in use at the end", small.InUse, large.InUse);
            }

            AnsiConsole.Write(table);

            void AddRow(string what, long small, long large) =>
                table.AddRow(what, Figure.Megabytes(small), Figure.Megabytes(large), Figure.Megabytes(large - small));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>What a child does, and prints.</summary>
    /// <param name="what"><see cref="Append"/> or <see cref="Verify"/>.</param>
    /// <param name="log">The log's directory.</param>
    /// <param name="entries">Its size.</param>
    public static async Task RunChildAsync(string what, string log, long entries)
    {
        var inUse = await (what == Append ? AppendAsync(log, entries) : VerifyAsync(log, entries));
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{self.PeakWorkingSet64} {inUse}"));
    }

    private static string Entries(long count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} entries");

    private static async Task<long> AppendAsync(string directory, long entries)
    {
        await using var log = await BenchmarkLog.OpenAsync(directory);
        var left = entries;
        await Task.WhenAll(Enumerable.Range(0, Producers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await log.AppendAsync(BenchmarkEntry.Encoded);
            }
        })));
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static async Task<long> VerifyAsync(string directory, long entries)
    {
        var options = new LogVerificationOptions { Keys = [BenchmarkLog.Key(directory)] };
        var result = await new LogVerifier(new DirectoryLogReader(directory), options).VerifyAsync();
        if (!result.Holds || result.Checkpoint.Checkpoint.Size != entries)
        {
            throw new InvalidOperationException($"The benchmark's own log does not verify: {result.Failure?.Message}");
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static async Task<(long Peak, long InUse)> MeasureAsync(string what, string root, long entries)
    {
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"memory: {what}, {entries:N0} entries"));
        string[] arguments = [ChildCommand, what, Path.Combine(root, $"log-{entries}"), entries.ToString(CultureInfo.InvariantCulture)];
        var host = Environment.ProcessPath!;
        using var child = Process.Start(new ProcessStartInfo(
            host, Path.GetFileNameWithoutExtension(host) == "dotnet" ? [typeof(MemoryRun).Assembly.Location, .. arguments] : arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var printed = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        if (child.ExitCode != 0)
        {
            throw new InvalidOperationException($"The process that was to {what} ended with exit code {child.ExitCode}.");
        }

        var numbers = printed.Split(' ');
        return (long.Parse(numbers[0], CultureInfo.InvariantCulture), long.Parse(numbers[1], CultureInfo.InvariantCulture));
    }
}
