using System.Collections.Concurrent;
using System.Diagnostics;

namespace ImmutableAudit.Tests.Support;

/// <summary>The project ImmutableAudit.LogWriter in a process of its own; killed, if it still runs, when disposed.</summary>
internal sealed class WriterProcess : IDisposable
{
    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];

    public WriterProcess(params string[] arguments)
    {
        var configuration = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)))!;
        var program = Path.Combine(
            AppContext.BaseDirectory, "..", "..", "..", "..", "ImmutableAudit.LogWriter", "bin", configuration, "net10.0", "ImmutableAudit.LogWriter.dll");
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [Path.GetFullPath(program), .. arguments])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                _lines.CompleteAdding();
            }
            else
            {
                _lines.Add(line.Data);
            }
        };
        _process.Start();
        _process.BeginOutputReadLine();
        Errors = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    /// <summary>What it says on standard error, once it has ended.</summary>
    public Task<string> Errors { get; }

    /// <summary>The next line that it says; <see langword="null"/> once it has ended.</summary>
    public string? ReadLine() => _lines.TryTake(out var line, TimeSpan.FromSeconds(30)) ? line : null;

    /// <summary>SIGKILL; returns everything that it has still said.</summary>
    public IReadOnlyList<string> Kill()
    {
        _process.Kill();
        return Rest();
    }

    /// <summary>Ends its standard input and waits for its end.</summary>
    public int End()
    {
        _process.StandardInput.Close();
        Rest();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        _process.Dispose();
        _lines.Dispose();
    }

    private List<string> Rest()
    {
        Assert.True(_process.WaitForExit(TimeSpan.FromSeconds(30)));
        _process.WaitForExit();
        return [.. _lines.GetConsumingEnumerable()];
    }
}
