using System.CommandLine;
using System.Text;
using System.Text.Json;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Verifier.Input;
using ImmutableAudit.Verifier.Output;

namespace ImmutableAudit.Verifier.Verbs;

/// <summary><c>check</c>: is this entry in the log? Without the log.</summary>
internal static class CheckVerb
{
    public static Command Create(Screen screen)
    {
        var file = Arguments.NotEmpty(new Argument<string>("FILE") { Description = "The proof, as prove writes it." });
        var keys = Keys.Option("A key of the log to trust; needed.");
        var entry = Arguments.File("--entry", "FILE", "The entry's bytes, where they are not in the proof; where they are, both must be the same.");
        return new Command("check", "Checks a portable proof of one entry, offline, and prints the entry.")
        {
            file, keys, entry,
        }.With(screen, (arguments, json, _) => Task.FromResult(Run(
            screen, arguments.GetRequiredValue(file), Keys.Read(arguments.GetValue(keys)), arguments.GetValue(entry), json)));
    }

    private static int Run(Screen screen, string file, IReadOnlyList<INoteVerifier> keys, string? entryFile, Utf8JsonWriter? json)
    {
        if (keys.Count == 0)
        {
            throw new InputException("check needs --key VKEY: without a key to trust, anybody could have made the proof.");
        }

        var proof = InputFile.Proof(file);
        ReadOnlyMemory<byte>? entry = entryFile is null ? null : InputFile.Entry(entryFile);
        if (entry is null && proof.Entry is null)
        {
            throw new InputException($"'{file}' does not hold the entry, so there is nothing to check (LOG.md L25). Give it with --entry FILE.");
        }

        var result = proof.Verify(keys, entry);
        if (json is null)
        {
            Print(screen, result);
        }
        else
        {
            Write(json, file, result);
        }

        return result.Holds ? ExitCode.Holds : ExitCode.Failed;
    }

    private static void Print(Screen screen, AuditProofResult result)
    {
        if (!result.Holds)
        {
            screen.Verdict(good: false, "FAILED", result.Reason);
            screen.Detail("entry", $"{result.Index}, as claimed");
            return;
        }

        var head = result.Checkpoint;
        screen.Verdict(
            good: true,
            "HOLDS",
            $"this is entry {result.Index} of '{head.Origin}' at size {head.Size}, signed by key {Keys.Describe(result.Signers)}");
        screen.Detail("leaf hash", result.LeafHash.ToString());
        if (AuditEntry.TryDecode(result.Index, result.Entry, out var entry))
        {
            foreach (var (name, text) in EntryColumns.Names.Zip(EntryColumns.Texts(entry)).Skip(1))
            {
                screen.Detail(name, text);
            }
        }

        screen.Detail("entry", Encoding.UTF8.GetString(result.Entry.Span));
    }

    private static void Write(Utf8JsonWriter json, string file, AuditProofResult result)
    {
        json.WriteString("file", file);
        json.WriteBoolean("verified", result.Holds);
        if (!result.Holds)
        {
            json.WriteStartObject("failure");
            json.WriteString("kind", "proof");
            json.WriteString("message", result.Reason);
            json.WriteNumber("entry", result.Index);
            json.WriteEndObject();
            return;
        }

        json.WriteCheckpoint(result.Checkpoint, result.Signers, "checkpoint");
        json.WriteEntry(result.Index, result.Entry, AuditEntry.TryDecode(result.Index, result.Entry, out _));
    }
}
