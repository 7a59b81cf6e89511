using System.CommandLine;
using System.Text.Json;
using ImmutableAudit.Merkle;
using ImmutableAudit.Samples;
using ImmutableAudit.Storage;
using ImmutableAudit.Verifier.Input;
using ImmutableAudit.Verifier.Output;

namespace ImmutableAudit.Verifier.Verbs;

/// <summary><c>prove</c>: takes one entry out of a log, with the proof that it was in it.</summary>
internal static class ProveVerb
{
    public static Command Create(Screen screen)
    {
        var log = Arguments.Log();
        var index = new Argument<long>("INDEX") { Description = "The entry's index, from 0." };
        var output = Arguments.Text(
            "--output", "FILE", "Where to write the proof, by custom a .tlog-proof file. Default: standard output.");
        return new Command("prove", "Makes a portable proof of one entry (C2SP tlog-proof, the entry inside), for check.")
        {
            log, index, output,
        }.With(screen, async (arguments, json, cancellationToken) =>
        {
            await using var source = await LogSource.OpenAsync(arguments.GetRequiredValue(log), cancellationToken);
            return await RunAsync(screen, source.Log, arguments.GetRequiredValue(index), arguments.GetValue(output), json, cancellationToken);
        });
    }

    private static async Task<int> RunAsync(
        Screen screen, ILogReader log, long index, string? output, Utf8JsonWriter? json, CancellationToken cancellationToken)
    {
        var snapshot = await LogSnapshot.LatestAsync(log, cancellationToken);
        var head = snapshot.Checkpoint.Checkpoint;
        if (index < 0 || index >= head.Size)
        {
            throw new InputException(
                $"There is no entry {index}: the log '{head.Origin}' has {head.Size} entries, and the first has the index 0.");
        }

        var proof = await snapshot.ProveAsync(index, cancellationToken);

        // A proof is written as it is or not at all: escaped it would be another text, and nobody's signature would fit it.
        if (output is null && json is null && screen.Terminal is not null && !SafeText.IsSafe(proof.ToString()))
        {
            throw new InputException(
                "The log's checkpoint holds characters that could drive this terminal. Have the proof written to a file: --output FILE.");
        }

        if (output is not null)
        {
            AtomicFile.Write(output, proof.ToBytes());
        }

        if (json is not null)
        {
            Write(json, log, proof, output);
        }
        else if (output is null)
        {
            await screen.Out.WriteAsync(proof.ToString());
        }
        else
        {
            screen.Detail("written", output);
            screen.Detail("proves", $"entry {index} of '{head.Origin}' at size {head.Size}");
        }

        screen.Note("Who signed the checkpoint was not looked at. That is for check to say: verifier check FILE --key VKEY");
        return ExitCode.Holds;
    }

    private static void Write(Utf8JsonWriter json, ILogReader log, AuditProof proof, string? output)
    {
        json.WriteString("log", log.ToString());
        json.WriteBoolean("verified", value: false);
        json.WriteNumber("index", proof.Index);
        json.WriteString("leaf", TreeHasher.HashLeaf(proof.Entry!.Value.Span).ToString());
        json.WriteCheckpoint(proof.Checkpoint.Checkpoint, [], "checkpoint");
        json.WriteString(output is null ? "proof" : "output", output ?? proof.ToString());
    }
}
