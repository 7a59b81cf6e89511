using System.Text.Json;
using ImmutableAudit.Privilege;
using ImmutableAudit.Verifier.Output;

namespace ImmutableAudit.Verifier.Review;

/// <summary>Writes a review into the one JSON document of a run (README.md).</summary>
internal static class ReviewJson
{
    public static void Write(this Utf8JsonWriter json, AccessReview review)
    {
        json.WriteStartObject("period");
        json.WriteTime("since", review.Since);
        json.WriteTime("until", review.Until);
        json.WriteTime("firstTime", review.FirstTime);
        json.WriteTime("lastTime", review.LastTime);
        json.WriteNumber("entries", review.Entries);
        json.WriteNumber("allowed", review.Allowed);
        json.WriteNumber("denied", review.Denied);
        json.WriteNumber("counted", review.Counted);
        json.WriteNumber("unreadable", review.Unreadable);
        json.WriteNumber("runs", review.Sessions.Opened);
        json.WriteNumber("runsNotClosed", review.Sessions.NotClosed);
        json.WriteEndObject();
        json.WriteArray("applications", ApplicationReview.Of(review), WriteApplication);
        json.WriteArray("longestGrants", review.Longest, WriteGrant);
        json.WriteArray("breakGlass", review.Grants.BreakGlasses, WriteGrant);
        json.WriteTexts("limits", ReviewLimits.Of(review));
    }

    private static void WriteApplication(Utf8JsonWriter json, ApplicationReview application)
    {
        json.WriteIfPresent("application", application.Application);
        if (application.Policy is { } policy)
        {
            json.WriteStartObject("policy");
            json.WriteNumber("entry", policy.Entry);
            json.WriteNumber("version", policy.Version);
            json.WriteString("digest", policy.Digest);
            json.WriteBoolean("readable", policy.Policy is not null);
            json.WriteEndObject();
        }

        json.WriteArray("roles", application.Roles, static (json, role) =>
        {
            json.WriteString("role", role.Role.Name);
            json.WriteString("kind", role.Role.Kind == RoleKind.Standing ? "standing" : "eligible");
            json.WriteNumber("holders", role.Holders);
            json.WriteTexts("used", role.Used);
            json.WriteTexts("neverUsed", role.NeverUsed);
        });
        json.WriteArray("subjects", application.Subjects, WriteSubject);
    }

    private static void WriteSubject(Utf8JsonWriter json, SubjectReview subject)
    {
        Write(json, subject.Name);
        json.WriteIfPresent("person", subject.Person);
        json.WriteArray("roles", subject.Roles, static (json, role) =>
        {
            json.WriteString("role", role.Held.Role.Name);
            json.WriteIfPresent("source", role.Held.Source);
            json.WriteString("kind", role.Held.Role.Kind == RoleKind.Standing ? "standing" : "eligible");
            json.WriteBoolean("void", role.Held.IsVoid);
            json.WriteTexts("used", role.Used);
            json.WriteTexts("neverUsed", role.NeverUsed);
        });
        json.WriteArray("permissions", subject.Permissions, WritePermission);
        json.WriteArray("smallestRole", subject.Needed, static (json, needed) =>
        {
            json.WriteString("permission", needed.Permission);
            json.WriteIfPresent("resourceType", needed.ResourceType);
        });
        json.WriteIfPresent("smallestExistingRole", subject.Existing?.Name);
    }

    private static void WritePermission(Utf8JsonWriter json, PermissionReview permission)
    {
        var use = permission.Use;
        json.WriteString("permission", permission.Permission);
        json.WriteTexts("standingBy", permission.Roles);
        if (permission.Scopes.Count > 0)
        {
            json.WriteArray("onlyOn", permission.Scopes, static (json, scope) =>
            {
                json.WriteString("type", scope.Type);
                json.WriteIfPresent("id", scope.Id);
            });
        }

        json.WriteBoolean("onDemand", permission.IsOnDemand);
        json.WriteBoolean("neverUsed", permission.IsNeverUsed);
        json.WriteNumber("uses", use.Uses);
        json.WriteNumber("byDelegates", use.ByDelegates);
        json.WriteNumber("underGrants", use.UnderGrant);
        json.WriteNumber("counted", use.Counted);
        json.WriteTime("firstUsed", use.FirstUsed);
        json.WriteTime("lastUsed", use.LastUsed);
        if (use.LastEntry is { } entry)
        {
            json.WriteNumber("lastEntry", entry);
        }

        json.WriteNumber("denied", use.Denied);
        json.WriteArray("denials", use.Denials, static (json, denial) =>
        {
            json.WriteString("cause", denial.Key);
            json.WriteNumber("count", denial.Value);
        });
        json.WriteNumber("requests", use.Requested);
        json.WriteNumber("grants", use.Grants);
        json.WriteNumber("unusedGrants", use.UnusedGrants);
        json.WriteNumber("breakGlasses", use.BreakGlasses);
        json.WriteNumber("grantedSeconds", use.Granted.Ticks / TimeSpan.TicksPerSecond);
    }

    private static void WriteGrant(Utf8JsonWriter json, GrantSeen grant)
    {
        json.WriteNumber("grant", grant.Id);
        json.WriteIfPresent("application", grant.Application);
        json.WriteStartObject("subject");
        Write(json, grant.Subject);
        json.WriteEndObject();
        json.WriteTexts("permissions", grant.Permissions);
        json.WriteTime("start", grant.Start);
        json.WriteTime("end", grant.End);
        json.WriteNumber("seconds", grant.Length.Ticks / TimeSpan.TicksPerSecond);
        json.WriteIfPresent("endedBy", grant.EndedBy);
        json.WriteNumber("uses", grant.Uses);
        if (!grant.IsBreakGlass)
        {
            return;
        }

        json.WriteIfPresent("reason", grant.Reason);
        json.WriteBoolean("reviewed", grant.ReviewedBy is not null);
        if (grant.ReviewedBy is { } reviewer)
        {
            json.WriteStartObject("reviewedBy");
            Write(json, reviewer);
            json.WriteEndObject();
        }

        if (grant.Justified is { } justified)
        {
            json.WriteBoolean("justified", justified);
        }
    }

    private static void Write(Utf8JsonWriter json, SubjectName subject)
    {
        json.WriteIfPresent("issuer", subject.Issuer);
        json.WriteString("id", subject.Id);
    }
}
