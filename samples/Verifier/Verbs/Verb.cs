using System.CommandLine;
using System.Text.Json;
using ImmutableAudit.Verifier.Output;

namespace ImmutableAudit.Verifier.Verbs;

/// <summary>What a verb does: writes its answer to the JSON document if there is one, else to the screen; returns an exit code.</summary>
internal delegate Task<int> VerbAction(ParseResult arguments, Utf8JsonWriter? json, CancellationToken cancellationToken);

/// <summary>What all verbs have in common: <c>--json</c>, and how what goes wrong becomes an exit code.</summary>
internal static class Verb
{
    public static Command With(this Command command, Screen screen, VerbAction action)
    {
        var json = new Option<bool>("--json") { Description = "Answer with one JSON document on standard output." };
        command.Add(json);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            using var document = arguments.GetValue(json) ? new JsonDocumentOutput(screen) : null;
            var exitCode = ExitCode.Unchecked;
            try
            {
                exitCode = await action(arguments, document?.Writer, cancellationToken);
            }
            catch (Exception e)
            {
                exitCode = Failure.Report(screen, document?.Writer, e);
            }

            document?.End(exitCode);
            return exitCode;
        });
        return command;
    }
}
