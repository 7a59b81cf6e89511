using System.Collections.Concurrent;
using System.Diagnostics;

namespace ImmutableAudit.Tests.Support;

/// <summary>The project ImmutableAudit.LogWriter in a process of its own; killed, if it still runs, when disposed.</summary>
internal sealed class WriterProcess : IDisposable
{
    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly Task _reading;

    public WriterProcess(params string[] arguments)
        : this(environment: null, arguments)
    {
    }

    /// <summary>Starts it with one variable more in its environment.</summary>
    public WriterProcess((string Name, string Value)? environment, params string[] arguments)
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
        if (environment is var (name, value))
        {
            _process.StartInfo.Environment[name] = value;
        }

        _process.Start();

        // On threads of their own: reading a pipe blocks, and with several processes the pool would have none left.
        _reading = OnOwnThread(() =>
        {
            while (_process.StandardOutput.ReadLine() is { } line)
            {
                _lines.Add(line);
            }

            _lines.CompleteAdding();
            return 0;
        });
        Errors = OnOwnThread(_process.StandardError.ReadToEnd);
    }

    public int Id => _process.Id;

    /// <summary>What it says on standard error, once it has ended.</summary>
    public Task<string> Errors { get; }

    /// <summary>The next line that it says; <see langword="null"/> once it has ended.</summary>
    public string? ReadLine() => _lines.TryTake(out var line, Waiting.Limit) ? line : null;

    /// <summary>Writes a line to its standard input.</summary>
    public void Say(string line) => _process.StandardInput.WriteLine(line);

    /// <summary>SIGSTOP: it holds everything it has, and does nothing.</summary>
    public void Suspend() => Signal("STOP");

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signal("CONT");

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
        Task.WaitAll(_reading, Errors);
        _process.Dispose();
        _lines.Dispose();
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {Id}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    private static Task<T> OnOwnThread<T>(Func<T> read) =>
        Task.Factory.StartNew(read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private List<string> Rest()
    {
        Assert.True(_process.WaitForExit(Waiting.Limit));
        _process.WaitForExit();
        return [.. _lines.GetConsumingEnumerable()];
    }
}
