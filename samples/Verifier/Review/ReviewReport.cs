using System.Globalization;
using ImmutableAudit.Privilege;
using ImmutableAudit.Verifier.Output;
using ImmutableAudit.Verifier.Reports;

namespace ImmutableAudit.Verifier.Review;

/// <summary>Puts a review into the tables that people read.</summary>
internal static class ReviewReport
{
    private const int MostFrequent = 10;

    public static Report Of(AccessReview review, bool isVerified, string status)
    {
        var applications = ApplicationReview.Of(review);
        return new Report("Access review", isVerified, status, [.. Facts(review, applications)], [.. Sections(review, applications)]);
    }

    private static IEnumerable<(string, string)> Facts(AccessReview review, IReadOnlyList<ApplicationReview> applications)
    {
        yield return ("period", $"{Bound(review.Since, "the first entry")} to {Bound(review.Until, "the last entry")}");
        yield return ("entries", review.FirstTime is { } first && review.LastTime is { } last
            ? $"{review.Entries}, from {EntryColumns.Time(first)} to {EntryColumns.Time(last)}"
            : "none in the period");
        yield return ("decisions", $"{review.Allowed} allowed, {review.Denied} denied");
        foreach (var policy in applications.Select(application => application.Policy).OfType<DeployedPolicy>())
        {
            yield return ("policy", $"{policy.Application} version {policy.Version}, entry {policy.Entry}, {policy.Digest}");
        }
    }

    private static IEnumerable<ReportSection> Sections(AccessReview review, IReadOnlyList<ApplicationReview> applications)
    {
        yield return Section(
            "Roles", "Each role across all that have it: what any of them used, and what none of them did.",
            "application, role, kind, holders, held, used, never used",
            from application in applications
            from role in application.Roles
            select (string[])
            [
                Name(application), role.Role.Name, role.Role.Kind == RoleKind.Standing ? "standing" : "eligible", Number(role.Holders),
                Number(role.Used.Count + role.NeverUsed.Count), Number(role.Used.Count), string.Join(' ', role.NeverUsed),
            ]);
        yield return Section(
            "Subjects and their roles", "Permissions held by each role against those used. A permission that two roles hold counts as used in both.",
            "application, subject, role, from, kind, held, used, never used",
            from application in applications
            from subject in application.Subjects
            from role in subject.Roles
            select (string[])
            [
                Name(application), $"{subject.Name}", role.Held.Role.Name, role.Held.Source is { } source ? $"asserted by {source}" : "policy", role.Held.Kind,
                Number(role.Used.Count + role.NeverUsed.Count), Number(role.Used.Count), string.Join(' ', role.NeverUsed),
            ]);
        yield return Section(
            "Permissions", "Standing: held by a role all the time. On demand: held by a grant only, which the subject may ask for.",
            "application, subject, permission, held, uses, under grants, last used, entry, denied",
            from application in applications
            from subject in application.Subjects
            from permission in subject.Permissions
            select (string[])
            [
                Name(application), $"{subject.Name}", permission.Permission, Held(permission, application.Policy?.Policy is not null), Uses(permission),
                Number(permission.Use.UnderGrant), permission.Use.LastUsed is { } time ? EntryColumns.Time(time) : "", permission.Use.LastEntry is { } entry ? $"{entry}" : "",
                Number(permission.Use.Denied),
            ]);
        yield return Section(
            "Never used", "Held by a role all through, and not used in the period.",
            "application, subject, permissions",
            from application in applications
            from subject in application.Subjects
            let never = subject.Permissions.Where(permission => permission.IsNeverUsed).Select(permission => permission.Permission).ToList()
            where never.Count > 0
            select (string[])[Name(application), $"{subject.Name}", string.Join(' ', never)]);
        yield return Section(
            "Smallest roles", "The smallest role that would have covered the use seen; what was used under a grant is not in it. 'on' is the only type of resource that it was used on.",
            "application, subject, permissions, smallest role of the policy",
            from application in applications
            from subject in application.Subjects
            where subject.Roles.Count > 0 || subject.Needed.Count > 0
            select (string[])
            [
                Name(application), $"{subject.Name}",
                subject.Needed.Count == 0 ? "no role" : string.Join(", ", subject.Needed.Select(needed => needed.ResourceType is { } type ? $"{needed.Permission} on {type}" : needed.Permission)),
                subject.Needed.Count == 0 ? "" : subject.Existing?.Name ?? "no single one",
            ]);
        yield return Section(
            "Most frequent grants", null,
            "application, subject, permission, requests, grants, unused, break-glass, total, uses",
            (from application in applications
             from subject in application.Subjects
             from permission in subject.Permissions
             where permission.Use.Grants + permission.Use.Requested > 0
             orderby permission.Use.Grants descending, permission.Use.Requested descending
             select (string[])
             [
                 Name(application), $"{subject.Name}", permission.Permission, Number(permission.Use.Requested), Number(permission.Use.Grants),
                 Number(permission.Use.UnusedGrants), Number(permission.Use.BreakGlasses), Length(permission.Use.Granted), Number(permission.Use.UnderGrant),
             ]).Take(MostFrequent));
        yield return Section(
            "Longest grants", null,
            "application, subject, grant, permissions, start, length, ended by, uses",
            review.Longest.Select(grant => (string[])
            [
                grant.Application ?? "", $"{grant.Subject}", $"{grant.Id}", string.Join(' ', grant.Permissions), EntryColumns.Time(grant.Start!.Value), Length(grant.Length),
                grant.EndedBy ?? "", Number(grant.Uses),
            ]));
        yield return Section(
            "Denials", null,
            "application, subject, permission, cause, count",
            from application in applications
            from subject in application.Subjects
            from permission in subject.Permissions
            from denial in permission.Use.Denials
            select (string[])[Name(application), $"{subject.Name}", permission.Permission, denial.Key, Number(denial.Value)]);
        yield return Section(
            "Break-glass", "All in the log by the end of the period. Without a review by somebody else each is an open point.",
            "application, subject, entry, permissions, start, length, reason, uses, review",
            review.Grants.BreakGlasses.Select(grant => (string[])
            [
                grant.Application ?? "", $"{grant.Subject}", $"{grant.Id}", string.Join(' ', grant.Permissions), EntryColumns.Time(grant.Start!.Value), Length(grant.Length),
                grant.Reason ?? "", Number(grant.Uses), Review(grant),
            ]));
        yield return ReportSection.List("What this review cannot know", ReviewLimits.Of(review));
    }

    private static ReportSection Section(string heading, string? note, string columns, IEnumerable<string[]> rows) =>
        new(heading, note, columns.Split(", "), [.. rows]);

    private static string Name(ApplicationReview application) => application.Application ?? "";

    private static string Held(PermissionReview permission, bool isKnown)
    {
        var scopes = string.Join(", ", permission.Scopes.Select(scope => scope.Id is null ? scope.Type : $"{scope.Type}/{scope.Id}"));
        return permission.IsStanding
            ? $"standing by {string.Join(' ', permission.Roles)}{(scopes.Length > 0 ? $", only on {scopes}" : "")}{(permission.IsOnDemand ? "; on demand" : "")}"
            : permission.IsOnDemand ? "on demand" : isKnown ? "not held" : "not known";
    }

    private static string Uses(PermissionReview permission) =>
        permission.Use.ByDelegates > 0 ? $"{permission.Use.Uses} and {permission.Use.ByDelegates} by others for it" : Number(permission.Use.Uses);

    private static string Review(GrantSeen grant) => grant.ReviewedBy is not { } reviewer
        ? "NOT REVIEWED"
        : $"{(grant.Justified switch { true => "justified", false => "not justified", _ => "reviewed" })}, by {reviewer}";

    private static string Bound(DateTimeOffset? time, string otherwise) => time is { } known ? EntryColumns.Time(known) : otherwise;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Length(TimeSpan length) => length.ToString("c", CultureInfo.InvariantCulture);
}
