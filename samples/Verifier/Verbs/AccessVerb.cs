using System.CommandLine;
using System.Text.Json;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Privilege;
using ImmutableAudit.Verification;
using ImmutableAudit.Verifier.Input;
using ImmutableAudit.Verifier.Output;

namespace ImmutableAudit.Verifier.Verbs;

/// <summary><c>access</c>: was everything done with the right to do it? Replayed from the log alone, while it is verified.</summary>
internal static class AccessVerb
{
    public static Command Create(Screen screen)
    {
        var log = Arguments.Log();
        var keys = Keys.Option("A key of the log to trust; needed.");
        var policies = new Option<string[]>("--policy")
        {
            HelpName = "DIGEST",
            Description = "The digest of a policy that you have reviewed, 'sha256:…'. From it on, any other that was in force for the same "
                + "application is a violation. Repeatable.",
            Arity = ArgumentArity.OneOrMore,
        };
        return new Command(
            "access",
            "Verifies a log, and replays all that it says of access: policies, requests, votes, grants, and every decision. Names each rule that is broken.")
        {
            log, keys, policies,
        }.With(screen, (arguments, json, cancellationToken) => RunAsync(
            screen,
            arguments.GetRequiredValue(log),
            Keys.Read(arguments.GetValue(keys)),
            [.. (arguments.GetValue(policies) ?? []).Select(Digest)],
            json,
            cancellationToken));
    }

    private static async Task<int> RunAsync(
        Screen screen, string log, IReadOnlyList<INoteVerifier> keys, PolicyDigest[] policies, Utf8JsonWriter? json, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            throw new InputException("access needs --key VKEY: without a key to trust, anybody could have written the log.");
        }

        await using var source = await LogSource.OpenAsync(log, cancellationToken);
        var reader = source.Log;
        json?.WriteString("log", reader.ToString());
        var replay = new AccessReplay(policies);
        var verifier = new LogVerifier(reader, new LogVerificationOptions { Keys = keys });
        var result = await screen.VerifyAsync(verifier, quiet: json is not null, cancellationToken, new Visitor(replay));
        if (json is null)
        {
            screen.Print(result);
        }
        else
        {
            json.Write(result);
        }

        // What a log says that does not hold, nobody has said.
        if (!result.Holds)
        {
            return ExitCode.Failed;
        }

        var report = replay.Complete();
        if (json is null)
        {
            screen.Print(report);
        }
        else
        {
            json.WriteStartObject("access");
            json.Write(report);
            json.WriteEndObject();
        }

        return report.Holds ? ExitCode.Holds : ExitCode.Failed;
    }

    private static PolicyDigest Digest(string text) => PolicyDigest.TryParse(text, out var digest)
        ? digest
        : throw new InputException($"--policy '{text}' is no digest of a policy: 'sha256:' and 64 lower-case hexadecimal digits.");

    private sealed class Visitor(AccessReplay replay) : IEntryVisitor
    {
        public void Visit(IReadOnlyList<VisitedEntry> entries)
        {
            foreach (var entry in entries)
            {
                if (entry.Entry is { } decoded)
                {
                    replay.Add(decoded);
                }
                else
                {
                    replay.AddUnreadable(entry.Index);
                }
            }
        }
    }
}
