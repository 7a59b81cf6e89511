using System.Text.Json;
using ImmutableAudit.Storage;
using ImmutableAudit.Verification;
using ImmutableAudit.Verifier.Input;
using ImmutableAudit.Verifier.Output;

namespace ImmutableAudit.Verifier.Reports;

/// <summary>What all reports about a whole log have in common: it is verified first, and without a key they say that it was not.</summary>
internal static class LogReports
{
    public const string KeyDescription = "A key of the log to trust: the log is verified first. Without, every part of the report says UNVERIFIED.";

    /// <summary>Goes through the log and reports.</summary>
    /// <param name="screen">Where to.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="visitor">Gathers what the report says.</param>
    /// <param name="report">Makes the report: whether the log was verified, and of which log it is.</param>
    /// <param name="write">Writes the same as members of a JSON document: whether the log was verified.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task<int> RunAsync(
        Screen screen,
        ReportRequest request,
        IEntryVisitor visitor,
        Func<bool, string, Report> report,
        Action<Utf8JsonWriter, bool> write,
        CancellationToken cancellationToken)
    {
        var json = request.Json;
        json?.WriteString("log", request.Log.ToString());
        var run = await LogRun.ReadAsync(screen, request.Log, Keys.Read(request.Keys), visitor, quiet: json is not null, cancellationToken);
        if (run.HasFailed)
        {
            // What was gathered is of a log that does not hold: none of it is shown.
            Fail(screen, request, run.Result!);

            return ExitCode.Failed;
        }

        if (json is not null)
        {
            json.WriteBoolean("verified", run.IsVerified);
            json.WriteCheckpoint(run.Head, run.Signers, "checkpoint");
            write(json, run.IsVerified);
        }
        else if (request.Write is { } writeReport)
        {
            writeReport(report(run.IsVerified, Status(run)), screen.Out);
        }
        else
        {
            screen.Print(report(run.IsVerified, Status(run)));
        }

        return ExitCode.Holds;
    }

    private static void Fail(Screen screen, ReportRequest request, LogVerificationResult result)
    {
        if (request.Json is { } json)
        {
            json.Write(result);
        }
        else if (request.Write is { } writeReport)
        {
            writeReport(Failed(result.Failure!), screen.Out);
        }
        else
        {
            screen.Print(result);
        }
    }

    private static string Status(LogRun run) => $"'{run.Head.Origin}' at size {run.Head.Size}, " + (run.IsVerified
        ? $"signed by key {Keys.Describe(run.Signers)}"
        : "no --key was given; anybody could have written this");

    private static Report Failed(VerificationFailure failure)
    {
        var facts = new (string Label, string? Value)[]
        {
            ("entry", failure.EntryIndex?.ToString()), ("file", failure.Path), ("expected", failure.Expected), ("found", failure.Found),
        };
        return new Report("The log does not hold", IsVerified: false, failure.Message, [.. facts.Where(fact => fact.Value is not null).Select(fact => (fact.Label, fact.Value!))], [])
        {
            Word = "FAILED",
        };
    }
}

/// <summary>What was asked for.</summary>
/// <param name="Log">The log.</param>
/// <param name="Keys">The keys to trust, as they were given.</param>
/// <param name="Json">The document to answer with, if there is one.</param>
/// <param name="Write">Otherwise writes a report; <see langword="null"/> where it is for people.</param>
internal sealed record ReportRequest(ILogReader Log, IReadOnlyList<string>? Keys, Utf8JsonWriter? Json, Action<Report, TextWriter>? Write);
