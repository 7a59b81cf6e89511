using System.Diagnostics;

namespace ImmutableAudit.EndToEnd.Tests.Support;

/// <summary>How a sample's process ended.</summary>
internal sealed record ProcessResult(int ExitCode, string Out, string Error);

/// <summary>Runs a built sample, which lies beside the tests, as a user does.</summary>
internal static class SampleProcess
{
    public static async Task<ProcessResult> RunAsync(string sample, string workingDirectory, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,

            // What a newcomer's machine may say, and no sample may depend on.
            Environment = { ["DOTNET_ENVIRONMENT"] = "Production" },
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, sample + ".dll"));
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new ProcessResult(process.ExitCode, output, await error);
    }

    /// <summary>Runs the verifier command that a sample printed, as its last words say.</summary>
    public static Task<ProcessResult> RunPrintedCommandAsync(ProcessResult printed, string workingDirectory)
    {
        const string Start = "dotnet run --project samples/Verifier -- ";
        var command = printed.Out.Split('\n').Single(line => line.TrimStart().StartsWith(Start, StringComparison.Ordinal));
        return RunAsync("verifier", workingDirectory, command.Trim()[Start.Length..].Split(' '));
    }
}
