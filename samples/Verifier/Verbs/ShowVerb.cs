using System.CommandLine;
using System.Text.Json;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using ImmutableAudit.Verification;
using ImmutableAudit.Verifier.Input;
using ImmutableAudit.Verifier.Output;

namespace ImmutableAudit.Verifier.Verbs;

/// <summary><c>show</c>: lists entries; with a key only what was verified.</summary>
internal static class ShowVerb
{
    public static Command Create(Screen screen)
    {
        var log = Arguments.Log();
        var keys = Keys.Option("A key of the log to trust: the log is verified first. Without, entries are shown unverified.");
        var from = Arguments.Index("--from", "Index of the first entry.");
        var to = Arguments.Index("--to", "Index of the last entry.");
        var actor = Arguments.Text("--actor", "A", "Acting subject, or one for whom it acts: the id, or the person.");
        var action = Arguments.Text("--action", "X", "Action.");
        var outcome = Arguments.Text("--outcome", "O", "Outcome, such as success, failure or denied.");
        var since = EntryFilter.TimeOption("--since", "Not before this time.");
        var until = EntryFilter.TimeOption("--until", "Not after this time.");
        return new Command(
            "show", "Lists a log's entries. All filters given must be met, exactly; both ends of a range belong to it.")
        {
            log, keys, from, to, actor, action, outcome, since, until,
        }.With(screen, async (arguments, json, cancellationToken) =>
        {
            var filter = new EntryFilter(
                arguments.GetValue(from) ?? 0, arguments.GetValue(to), arguments.GetValue(actor), arguments.GetValue(action),
                arguments.GetValue(outcome), arguments.GetValue(since), arguments.GetValue(until));
            await using var source = await LogSource.OpenAsync(arguments.GetRequiredValue(log), cancellationToken);
            return await RunAsync(screen, source.Log, Keys.Read(arguments.GetValue(keys)), filter, json, cancellationToken);
        });
    }

    private static async Task<int> RunAsync(
        Screen screen,
        ILogReader log,
        IReadOnlyList<INoteVerifier> keys,
        EntryFilter filter,
        Utf8JsonWriter? json,
        CancellationToken cancellationToken)
    {
        json?.WriteString("log", log.ToString());
        if (keys.Count == 0)
        {
            var latest = await LogSnapshot.LatestAsync(log, cancellationToken);
            Head(screen, json, latest, "UNVERIFIED", "no --key was given; anybody could have written this", signers: null);
            return await ListAsync(screen, latest.ReadUncheckedAsync(filter.From, filter.End, cancellationToken), filter, json, isVerified: false);
        }

        var verifier = new LogVerifier(log, new LogVerificationOptions { Keys = keys });
        var result = await screen.VerifyAsync(verifier, quiet: json is not null, cancellationToken);
        if (!result.Holds)
        {
            if (json is null)
            {
                screen.Print(result);
            }
            else
            {
                json.Write(result);
            }

            return ExitCode.Failed;
        }

        // What is read again is proved again: a server may answer differently the second time.
        var verified = new LogSnapshot(log, result.Checkpoint);
        Head(screen, json, verified, "verified", $"signed by key {Keys.Describe(result.Signers)}", result.Signers);
        return await ListAsync(screen, verified.ReadAsync(filter.From, filter.End, cancellationToken), filter, json, isVerified: true);
    }

    private static void Head(
        Screen screen,
        Utf8JsonWriter? json,
        LogSnapshot snapshot,
        string word,
        string text,
        IReadOnlyList<INoteVerifier>? signers)
    {
        var checkpoint = snapshot.Checkpoint.Checkpoint;
        if (json is null)
        {
            screen.Verdict(good: signers is not null, $"# {word}", $"'{checkpoint.Origin}' at size {checkpoint.Size}, {text}");
            return;
        }

        json.WriteCheckpoint(checkpoint, signers ?? [], "checkpoint");
    }

    private static async Task<int> ListAsync(
        Screen screen, IAsyncEnumerable<ReadOnlyMemory<byte>> entries, EntryFilter filter, Utf8JsonWriter? json, bool isVerified)
    {
        IEntryList list = json is not null ? new EntryArray(json)
            : screen.Terminal is { } terminal ? new EntryTables(terminal)
            : new EntryLines(screen.Out);
        try
        {
            var index = filter.From;
            await foreach (var bytes in entries)
            {
                var entry = AuditEntry.TryDecode(index, bytes, out var decoded) ? decoded : null;
                if (filter.Takes(entry))
                {
                    list.Add(index, bytes, entry);
                }

                index++;
            }
        }
        finally
        {
            list.End();
        }

        json?.WriteBoolean("verified", isVerified); // Behind them: what is read the second time may not hold.
        return ExitCode.Holds;
    }
}
