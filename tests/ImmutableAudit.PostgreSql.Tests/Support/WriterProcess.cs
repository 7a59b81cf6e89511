using System.Diagnostics;

namespace ImmutableAudit.PostgreSql.Tests.Support;

/// <summary>The project ImmutableAudit.PostgreSql.LogWriter in a process of its own; killed, if it still runs, when disposed.</summary>
internal sealed class WriterProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    public WriterProcess(params string[] arguments)
    {
        var program = AppContext.BaseDirectory.Replace("ImmutableAudit.PostgreSql.Tests", "ImmutableAudit.PostgreSql.LogWriter", StringComparison.Ordinal);
        _process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(program, "ImmutableAudit.PostgreSql.LogWriter.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Whether it is suspended, as the system says.</summary>
    public bool IsSuspended => File.ReadAllText($"/proc/{_process.Id}/stat") is var stat && stat[(stat.LastIndexOf(')') + 2)..].StartsWith('T');

    /// <summary>The next line that it says.</summary>
    public async Task<string> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await _errors);

    /// <summary>Writes a line to its standard input.</summary>
    public void Say(string line) => _process.StandardInput.WriteLine(line);

    /// <summary>SIGCONT.</summary>
    public void Resume()
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -CONT {_process.Id}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits for its end, and returns everything that it has still said.</summary>
    public async Task<string[]> EndAsync()
    {
        var said = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        Assert.True(_process.ExitCode == 0, await _errors);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        _process.Dispose();
    }
}
