using System.Globalization;
using System.Text.Json;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Verifier.Output;

/// <summary>Says what a log says of access, and which rules it breaks.</summary>
internal static class AccessOutput
{
    /// <summary>Most of each that people are shown; all that is kept is in the JSON document.</summary>
    private const int Shown = 50;

    public static void Print(this Screen screen, AccessReport report)
    {
        if (report.Holds)
        {
            screen.Verdict(good: true, "CLEAN", $"{report.Allowed} acts that were allowed and {report.Denied} denials are as policies and grants yield; no rule is broken");
        }
        else
        {
            screen.Verdict(good: false, "VIOLATED", $"{Count(report.ViolationCount, "violation")} of {Count(report.ViolationsByKind.Count, "kind")}");
        }

        foreach (var violation in report.Violations.Take(Shown))
        {
            screen.Finding($"{Name(violation.Kind)}: {violation.Text}{(violation.Entries.Count == 0 ? "" : $" [entries {string.Join(", ", violation.Entries)}]")}");
        }

        if (report.ViolationCount > Shown)
        {
            screen.Finding($"… {report.ViolationCount - Shown} more: {string.Join(", ", report.ViolationsByKind.Select(kind => $"{Name(kind.Key)} {kind.Value}"))}");
        }

        List(screen, "policy", report.Policies, report.PolicyCount, policy =>
            $"{policy.Application} version {policy.Version}, {policy.Digest}, entry {policy.Index} at {EntryColumns.Time(policy.Time)}"
            + (policy.Grant is { } grant ? $", under the grant {grant}" : ""));
        screen.Detail("acts", $"{report.Allowed} allowed, {report.AllowedByGrant} of them by grant");
        screen.Detail("denied", $"{report.Denied}, {report.RefusedOperations} of them about requests, {report.DeniedForOtherCauses} for causes that cannot be replayed");
        screen.Detail("outcomes", $"{report.Outcomes} on record, {report.OutcomesUnknown} unknown");
        screen.Detail("counted", report.Summaries == 0 ? null : $"{Count(report.Summaries, "summary", "summaries")} of what was not recorded one by one, on the host's word");
        screen.Detail("not replayed", report.NotReplayed == 0 ? null : $"{Count(report.NotReplayed, "decision")} by policies that cannot be read");
        screen.Detail("grants", $"{report.Grants} of {Count(report.Requests, "request")}, and {report.BreakGlass} of break-glass among them");
        screen.Detail("votes", $"{report.VotesSigned} signed by the voter, {report.VotesAsserted} asserted by the host");
        foreach (var source in report.RoleSources.Take(Shown))
        {
            screen.Detail("roles", source.Source is null
                ? $"assigned by the policy, replayed, in {Count(source.Entries, "entry", "entries")}"
                : $"asserted by '{source.Source}' in {Count(source.Entries, "entry", "entries")}");
        }

        screen.Detail("sessions", $"{report.SessionCount}");
        List(screen, "not closed", [.. report.Sessions.Where(session => session.Closed is null)], null, session =>
            $"{session.Id}, from entry {session.Opened?.ToString(CultureInfo.InvariantCulture) ?? "(not on record)"}, {Count(session.OutcomesUnknown, "outcome")} unknown");
    }

    public static void Write(this Utf8JsonWriter json, AccessReport report)
    {
        json.WriteBoolean("clean", report.Holds);
        json.WriteNumber("violationCount", report.ViolationCount);
        json.WriteStartObject("violationsByKind");
        foreach (var (kind, count) in report.ViolationsByKind)
        {
            json.WriteNumber(Name(kind), count);
        }

        json.WriteEndObject();
        WriteArray(json, "violations", report.Violations, violation =>
        {
            json.WriteString("kind", Name(violation.Kind));
            json.WriteString("message", violation.Text);
            json.WriteStartArray("entries");
            foreach (var entry in violation.Entries)
            {
                json.WriteNumberValue(entry);
            }

            json.WriteEndArray();
        });
        json.WriteNumber("policyCount", report.PolicyCount);
        WriteArray(json, "policies", report.Policies, policy =>
        {
            json.WriteNumber("index", policy.Index);
            json.WriteString("time", EntryColumns.Time(policy.Time));
            json.WriteString("application", policy.Application);
            json.WriteNumber("version", policy.Version);
            json.WriteString("digest", policy.Digest);
            json.WriteIfPresent("session", policy.Session);
            WriteIfPresent(json, "grant", policy.Grant);
        });
        json.WriteNumber("sessionCount", report.SessionCount);
        WriteArray(json, "sessions", report.Sessions, session =>
        {
            json.WriteString("id", session.Id);
            WriteIfPresent(json, "opened", session.Opened);
            WriteIfPresent(json, "closed", session.Closed);
            json.WriteNumber("allowed", session.Allowed);
            json.WriteNumber("outcomesUnknown", session.OutcomesUnknown);
        });
        WriteArray(json, "roles", report.RoleSources, source =>
        {
            json.WriteIfPresent("source", source.Source);
            json.WriteNumber("entries", source.Entries);
        });
        json.WriteStartObject("counts");
        json.WriteNumber("entries", report.Entries);
        json.WriteNumber("unreadable", report.Unreadable);
        json.WriteNumber("allowed", report.Allowed);
        json.WriteNumber("allowedByGrant", report.AllowedByGrant);
        json.WriteNumber("denied", report.Denied);
        json.WriteNumber("deniedForOtherCauses", report.DeniedForOtherCauses);
        json.WriteNumber("refusedOperations", report.RefusedOperations);
        json.WriteNumber("notReplayed", report.NotReplayed);
        json.WriteNumber("summaries", report.Summaries);
        json.WriteNumber("outcomes", report.Outcomes);
        json.WriteNumber("outcomesUnknown", report.OutcomesUnknown);
        json.WriteNumber("requests", report.Requests);
        json.WriteNumber("grants", report.Grants);
        json.WriteNumber("breakGlass", report.BreakGlass);
        json.WriteNumber("votesSigned", report.VotesSigned);
        json.WriteNumber("votesAsserted", report.VotesAsserted);
        json.WriteEndObject();
    }

    private static void List<T>(Screen screen, string label, IReadOnlyList<T> items, long? count, Func<T, string> describe)
    {
        foreach (var item in items.Take(Shown))
        {
            screen.Detail(label, describe(item));
        }

        var all = count ?? items.Count;
        screen.Detail(label, all > Shown ? $"… {all - Shown} more" : null);
    }

    private static void WriteArray<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteIfPresent(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static string Name(AccessViolationKind kind) => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());

    private static string Count(long count, string one, string? many = null) => $"{count} {(count == 1 ? one : many ?? one + "s")}";
}
