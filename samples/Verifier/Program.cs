using System.CommandLine;
using System.CommandLine.Invocation;
using ImmutableAudit.Verifier.Output;
using ImmutableAudit.Verifier.Verbs;

namespace ImmutableAudit.Verifier;

/// <summary>The auditor's tool. It needs the log's files and its public key; neither the application nor trust in it.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        using var screen = Screen.OfProcess();
        return await RunAsync(args, screen);
    }

    internal static async Task<int> RunAsync(string[] args, Screen screen, CancellationToken cancellationToken = default)
    {
        var root = new RootCommand(
            "Verifies tamper-evident audit logs (C2SP tlog-tiles) with nothing but the log's files and its public key.\n"
            + "Exit code 0: holds. 1: verification failed. 2: could not be checked.")
        {
            VerifyVerb.Create(screen),
            ShowVerb.Create(screen),
            ProveVerb.Create(screen),
            CheckVerb.Create(screen),
            AccessVerb.Create(screen),
            ReviewVerb.Create(screen),
            EvidenceVerb.Create(screen),
            ExportVerb.Create(screen),
            SchemaVerb.Create(screen),
        };

        // Without response files: an actor may be called '@alice'.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            var errors = string.Join(' ', parsed.Errors.Select(error => error.Message));
            var verb = parsed.CommandResult.Command;
            return Failure.Report(
                screen, args.Contains("--json"), $"{errors} See: verifier {(verb is RootCommand ? "" : verb.Name + " ")}--help");
        }

        return await parsed.InvokeAsync(
            new InvocationConfiguration
            {
                Output = screen.Out,
                Error = screen.Errors,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
            },
            cancellationToken);
    }
}
