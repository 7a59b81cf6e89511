using System.CommandLine;
using System.Text.Json;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Verification;
using ImmutableAudit.Verifier.Input;
using ImmutableAudit.Verifier.Output;

namespace ImmutableAudit.Verifier.Verbs;

/// <summary><c>verify</c>: is the whole log what was signed, and does it extend what was kept of it?</summary>
internal static class VerifyVerb
{
    private const int BundleWidth = 256;

    public static Command Create(Screen screen)
    {
        var log = Arguments.Log();
        var keys = Keys.Option("A key of the log to trust; needed.");
        var since = Arguments.Text("--since", "CHECKPOINT", "A checkpoint saved earlier, which the log must extend.");
        var save = Arguments.Text(
            "--save",
            "CHECKPOINT",
            "Where to save the log's checkpoint, if it holds. One that is there already must be extended, as with --since.");
        var proofs = new Option<string[]>("--proof")
        {
            HelpName = "FILE",
            Description = "A portable proof that the log must bear out. Repeatable.",
            Arity = ArgumentArity.OneOrMore,
        };
        var frameworkHash = new Option<bool>("--framework-hash")
        {
            Description = "Hash with the framework's SHA-256 alone, without this library's own hashing of many entries at once. Slower.",
        };
        var entriesFrom = Arguments.Index(
            "--entries-from",
            "Index of the first entry to look at, a multiple of 256: of those below, whose bundles may be gone, only the tiles are verified.");
        return new Command(
            "verify", "Verifies a whole log: every entry, tile and time, the signatures, and what was kept from earlier.")
        {
            log, keys, since, save, proofs, frameworkHash, entriesFrom,
        }.With(screen, (arguments, json, cancellationToken) =>
        {
            var savePath = arguments.GetValue(save);
            var options = new LogVerificationOptions
            {
                Keys = Keys.Read(arguments.GetValue(keys)),
                Since = Kept(arguments.GetValue(since), savePath),
                Proofs = [.. (arguments.GetValue(proofs) ?? []).Select(InputFile.Proof)],
                FrameworkHash = arguments.GetValue(frameworkHash),
                EntriesFrom = arguments.GetValue(entriesFrom) ?? 0,
            };
            return RunAsync(screen, arguments.GetRequiredValue(log), options, savePath, json, cancellationToken);
        });
    }

    private static async Task<int> RunAsync(
        Screen screen,
        string log,
        LogVerificationOptions options,
        string? save,
        Utf8JsonWriter? json,
        CancellationToken cancellationToken)
    {
        if (options.Keys.Count == 0)
        {
            throw new InputException("verify needs --key VKEY: without a key to trust, anybody could have signed the log.");
        }

        if (options.EntriesFrom % BundleWidth != 0)
        {
            throw new InputException($"--entries-from is a multiple of {BundleWidth}, the entries of a bundle, not {options.EntriesFrom}.");
        }

        if (options.Proofs.FirstOrDefault(proof => proof.Entry is null && proof.Index < options.EntriesFrom) is { Index: var index })
        {
            throw new InputException($"The proof of entry {index} does not hold the entry, and with --entries-from {options.EntriesFrom} the log's is not read.");
        }

        await using var source = await LogSource.OpenAsync(log, cancellationToken);
        var reader = source.Log;
        json?.WriteString("log", reader.ToString());
        var verifier = new LogVerifier(reader, options);
        var result = await screen.VerifyAsync(verifier, quiet: json is not null, cancellationToken);
        if (json is null)
        {
            screen.Print(result);
        }
        else
        {
            json.Write(result);
        }

        if (!result.Holds)
        {
            return ExitCode.Failed;
        }

        if (save is not null)
        {
            AtomicFile.Write(save, result.Checkpoint.Bytes.Span);
            json?.WriteString("saved", save);
            if (json is null)
            {
                screen.Detail("saved", save);
            }
        }

        return ExitCode.Holds;
    }

    /// <summary>A saved checkpoint is evidence: it is not replaced by one that does not extend it.</summary>
    private static IReadOnlyList<SignedCheckpoint> Kept(string? since, string? save)
    {
        string[] paths = save is not null && File.Exists(save) ? [since ?? save, save] : since is not null ? [since] : [];
        return [.. paths.Distinct(StringComparer.Ordinal).Select(InputFile.Checkpoint)];
    }
}
