using System.CommandLine;
using System.CommandLine.Invocation;

namespace ImmutableAudit.Samples;

/// <summary>Runs a sample's command: what went wrong becomes one message and an exit code.</summary>
internal static class SampleCommand
{
    /// <summary>All is well.</summary>
    public const int Done = 0;

    /// <summary>The answer is no.</summary>
    public const int Failed = 1;

    /// <summary>It could not be done: arguments, key, log, files.</summary>
    public const int Impossible = 2;

    /// <summary>Stopped by Ctrl+C.</summary>
    public const int Interrupted = 130;

    /// <summary>How long a run may take to finish what it is writing after Ctrl+C, before the process is ended.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(
        RootCommand command, IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        // Without response files: a path may begin with '@'.
        var parsed = command.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = StopTimeout,
        };
        try
        {
            var code = await parsed.InvokeAsync(configuration, cancellationToken);
            return parsed.Action is ParseErrorAction ? Impossible : code;
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (Exception e) when (e is AuditException or UsageException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(SafeText.Of(e.Message));
            return Impossible;
        }
    }
}
