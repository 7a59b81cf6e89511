using System.Diagnostics;
using System.Text;

namespace ImmutableAudit.EndToEnd.Tests.Verifier;

/// <summary>The tool as it is started, its output in a pipe.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task The_built_tool_answers_with_its_exit_code_and_plain_bytes()
    {
        using var log = await SampleLog.OfAsync(3);

        var holds = await RunAsync("verify", log.Directory, "--key", log.Key);
        var proof = await RunAsync("prove", log.Directory, "2");
        var refused = await RunAsync("verify", log.Directory);
        log.AlterText("tile/entries/000.p/3", "order-1", "order-X");
        var failed = await RunAsync("verify", log.Directory, "--key", log.Key);

        Assert.Equal((0, 0, 2, 1), (holds.ExitCode, proof.ExitCode, refused.ExitCode, failed.ExitCode));
        Assert.DoesNotContain((byte)0x1b, holds.Out);
        Assert.Equal(2, AuditProof.Parse(proof.Out).Index);
        Assert.Contains("Entry 1 was altered", Encoding.UTF8.GetString(failed.Out), StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, byte[] Out)> RunAsync(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(ImmutableAudit.Verifier.Program).Assembly.Location);
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, output.ToArray());
    }
}
