using System.Text.Json;
using ImmutableAudit.Verification;
using ImmutableAudit.Verifier.Input;

namespace ImmutableAudit.Verifier.Output;

/// <summary>Says what verifying a log proved, or the first thing that is wrong with it.</summary>
internal static class VerificationReport
{
    public static void Print(this Screen screen, LogVerificationResult result)
    {
        if (!result.Holds)
        {
            PrintFailure(screen, result.Failure);
            return;
        }

        var head = result.Checkpoint.Checkpoint;
        var notRead = result.EntriesNotRead == 0 ? ""
            : $"; the first {result.EntriesNotRead} entries were NOT looked at, only their tiles";
        screen.Verdict(
            good: true, "HOLDS", $"'{head.Origin}' at size {head.Size}, signed by key {Keys.Describe(result.Signers)}{notRead}");
        foreach (var (earlier, signers) in result.ConsistentSince)
        {
            screen.Finding(
                $"consistent since checkpoint {earlier.Checkpoint.Root} at size {earlier.Checkpoint.Size}, "
                + $"signed by key {Keys.Describe(signers)}");
        }

        foreach (var proof in result.Proofs)
        {
            screen.Finding($"proof of entry {proof.Index} holds, and the entry is the one in this log");
        }

        screen.Detail("root", head.Root.ToString());
        screen.Detail("first entry", Time(result.FirstTime));
        screen.Detail("last entry", Time(result.LastTime));
        if (result.ConsistentSince.Count == 0)
        {
            screen.Detail(
                "not shown",
                "that no holder of the key cut off or rewrote anything; a checkpoint kept earlier shows that (--save, --since)");
        }
    }

    public static void Write(this Utf8JsonWriter json, LogVerificationResult result)
    {
        json.WriteBoolean("verified", result.Holds);
        if (result.Checkpoint is { } checkpoint)
        {
            json.WriteCheckpoint(checkpoint.Checkpoint, result.Signers, "checkpoint");
        }

        if (!result.Holds)
        {
            WriteFailure(json, result.Failure);
            return;
        }

        if (result.EntriesNotRead > 0)
        {
            json.WriteNumber("entriesNotRead", result.EntriesNotRead);
        }

        json.WriteStartArray("consistentSince");
        foreach (var (earlier, signers) in result.ConsistentSince)
        {
            json.WriteCheckpoint(earlier.Checkpoint, signers);
        }

        json.WriteEndArray();
        json.WriteStartArray("proofs");
        foreach (var proof in result.Proofs)
        {
            json.WriteStartObject();
            json.WriteNumber("index", proof.Index);
            json.WriteString("leaf", proof.LeafHash.ToString());
            json.WriteCheckpoint(proof.Checkpoint, proof.Signers, "checkpoint");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteIfPresent("firstTime", Time(result.FirstTime));
        json.WriteIfPresent("lastTime", Time(result.LastTime));
    }

    private static void PrintFailure(Screen screen, VerificationFailure failure)
    {
        screen.Verdict(good: false, "FAILED", failure.Message);
        screen.Detail("entry", failure.EntryIndex?.ToString());
        screen.Detail("file", failure.Path);
        screen.Detail("expected", failure.Expected);
        screen.Detail("found", failure.Found);
    }

    private static void WriteFailure(Utf8JsonWriter json, VerificationFailure failure)
    {
        json.WriteStartObject("failure");
        json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(failure.Kind.ToString()));
        json.WriteString("message", failure.Message);
        if (failure.EntryIndex is { } entry)
        {
            json.WriteNumber("entry", entry);
        }

        json.WriteIfPresent("file", failure.Path);
        json.WriteIfPresent("expected", failure.Expected);
        json.WriteIfPresent("found", failure.Found);
        json.WriteEndObject();
    }

    private static string? Time(DateTimeOffset? time) => time is { } known ? EntryColumns.Time(known) : null;
}
