using System.CommandLine;
using System.Text.Json;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Verification;
using ImmutableAudit.Verifier.Input;
using ImmutableAudit.Verifier.Output;

namespace ImmutableAudit.Verifier.Verbs;

/// <summary><c>export</c>: copies a log into a directory, verified as it is copied.</summary>
internal static class ExportVerb
{
    public static Command Create(Screen screen)
    {
        var log = Arguments.Log();
        var directory = Arguments.NotEmpty(new Argument<string>("DIRECTORY")
        {
            Description = "Where to: an empty directory, one that is not there yet, or one that this log was exported to earlier, which is gone on with.",
        });
        var keys = Keys.Option("A key of the log to trust; needed.");
        var noRecheck = new Option<bool>("--no-recheck")
        {
            Description = "Do not read again what lies under the checkpoint of an earlier export.",
        };
        return new Command(
            "export", "Copies a log into a directory: whatever is written was held against the signed root before. Goes on where it was interrupted.")
        {
            log, directory, keys, noRecheck,
        }.With(screen, (arguments, json, cancellationToken) => RunAsync(
            screen,
            arguments.GetRequiredValue(log),
            arguments.GetRequiredValue(directory),
            Keys.Read(arguments.GetValue(keys)),
            recheck: !arguments.GetValue(noRecheck),
            json,
            cancellationToken));
    }

    private static async Task<int> RunAsync(
        Screen screen,
        string log,
        string directory,
        IReadOnlyList<INoteVerifier> keys,
        bool recheck,
        Utf8JsonWriter? json,
        CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            throw new InputException("export needs --key VKEY: without a key to trust, anybody could have signed what is copied.");
        }

        if (string.IsNullOrWhiteSpace(directory) || directory.Contains('\0', StringComparison.Ordinal) || directory.Contains("://", StringComparison.Ordinal))
        {
            throw new InputException("DIRECTORY is no directory's name.");
        }

        await using var source = await LogSource.OpenAsync(log, cancellationToken);
        var reader = source.Log;
        json?.WriteString("log", reader.ToString());
        var result = await screen.WatchAsync("Exporting", quiet: json is not null, progress => LogExport.ToDirectoryAsync(
            reader,
            directory,
            new LogExportOptions { Keys = keys, Recheck = recheck, Progress = progress is null ? null : new Progress(progress) },
            cancellationToken));
        if (json is null)
        {
            Print(screen, result, directory, recheck);
        }
        else
        {
            Write(json, result, directory, recheck);
        }

        return ExitCode.Holds;
    }

    private static void Print(Screen screen, LogExportResult result, string directory, bool recheck)
    {
        var head = result.Checkpoint.Checkpoint;
        screen.Verdict(good: true, "EXPORTED", $"'{head.Origin}' at size {head.Size}, signed by key {Keys.Describe(result.Signers)}");
        if (result.Earlier is { Checkpoint: var earlier })
        {
            screen.Finding($"extends the checkpoint {earlier.Root} at size {earlier.Size}, which was exported earlier");
        }

        screen.Detail("directory", Path.GetFullPath(directory));
        screen.Detail("root", head.Root.ToString());
        screen.Detail("copied", $"{result.Fetched} entries; {head.Size - result.Fetched} were there");
        if (!recheck && result.Earlier is not null)
        {
            screen.Detail("not shown", "that what was exported earlier is still what it was (--no-recheck); verify the copy");
        }
    }

    private static void Write(Utf8JsonWriter json, LogExportResult result, string directory, bool recheck)
    {
        json.WriteCheckpoint(result.Checkpoint.Checkpoint, result.Signers, "checkpoint");
        if (result.Earlier is { } earlier)
        {
            json.WriteCheckpoint(earlier.Checkpoint, [], "earlier");
        }

        json.WriteString("directory", Path.GetFullPath(directory));
        json.WriteNumber("copied", result.Fetched);
        json.WriteBoolean("rechecked", recheck);
    }

    private sealed class Progress(IProgress<VerificationProgress> bar) : IProgress<LogExportProgress>
    {
        public void Report(LogExportProgress value) => bar.Report(new VerificationProgress(value.Entries, value.Size));
    }
}
