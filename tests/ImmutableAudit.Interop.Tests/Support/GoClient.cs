using Xunit.Abstractions;

namespace ImmutableAudit.Interop.Tests.Support;

/// <summary>The independent client (tests/interop/go), built when the first test needs it.</summary>
public sealed class GoClient : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("immutableaudit-go-").FullName;
    private readonly Lazy<Task<string>> _program;

    public GoClient() => _program = new(BuildAsync);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>The whole log holds; returns what the client said about it, line by line.</summary>
    internal async Task<string[]> AcceptsAsync(ITestOutputHelper output, params string[] arguments)
    {
        var (exitCode, text) = await RunAsync(output, arguments);
        Assert.Equal(0, exitCode);
        var lines = text.TrimEnd().Split('\n');
        Assert.Equal("holds", lines[^1]);
        Assert.All(lines[..^1], line => Assert.StartsWith("ok   ", line, StringComparison.Ordinal));
        return lines[..^1];
    }

    /// <summary>Something does not hold; returns the first line that says so.</summary>
    internal async Task<string> RefusesAsync(ITestOutputHelper output, params string[] arguments)
    {
        var (exitCode, text) = await RunAsync(output, arguments);
        Assert.Equal(1, exitCode);
        return text.Split('\n').First(line => line.StartsWith("FAIL ", StringComparison.Ordinal));
    }

    private async Task<(int ExitCode, string Output)> RunAsync(ITestOutputHelper output, string[] arguments)
    {
        var result = await ChildProcess.RunAsync(await _program.Value, arguments);
        output.WriteLine(result.Output);
        return result;
    }

    private async Task<string> BuildAsync()
    {
        var program = Path.Combine(_directory, OperatingSystem.IsWindows() ? "logcheck.exe" : "logcheck");
        await GoToolchain.BuildAsync(Path.Combine(AppContext.BaseDirectory, "go"), program, Path.Combine(_directory, "cache"));
        return program;
    }
}

/// <summary>The tests that share one build of the client.</summary>
[CollectionDefinition(Name)]
public sealed class GoClientTests : ICollectionFixture<GoClient>
{
    public const string Name = "Go client";
}
