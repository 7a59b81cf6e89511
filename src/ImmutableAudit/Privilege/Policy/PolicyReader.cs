using System.Text.Json;
using ImmutableAudit.Events;

namespace ImmutableAudit.Privilege;

/// <summary>
/// The members of a policy's document, the counterpart of <see cref="PolicyWriter"/>. Knows every member or refuses the whole:
/// what a reader passes over, a newer writer may have meant as a limit.
/// </summary>
internal static class PolicyReader
{
    /// <summary>Deepest: document, roles, role, allow, one of them, its resource.</summary>
    private const int MaxDepth = 6;

    /// <summary>Reads the bytes of a document, as far as these are the right ones.</summary>
    /// <exception cref="AccessPolicyException">They are no policy; says where.</exception>
    public static AccessPolicy Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            StrictJson.Validate(utf8.Span, MaxDepth);
            using var document = JsonDocument.Parse(utf8, StrictJson.DocumentOptions(MaxDepth));
            return Document(new PolicyElement(document.RootElement, "the document"));
        }
        catch (JsonException e)
        {
            throw NotJson(e);
        }
    }

    // Without the inner exception: its message may quote the JSON.
    private static AccessPolicyException NotJson(JsonException e) => new($"A policy document is not JSON that we write: {StrictJson.Explain(e)}.");

    private static AccessPolicy Document(PolicyElement root)
    {
        var builder = new AccessPolicyBuilder();
        var version = root.Member("v").Number();
        if (version != 1)
        {
            throw new AccessPolicyException($"A policy document has the format {version}, newer than this library. Update the library.");
        }

        root.KnowOnly("v", "application", "version", "deployUnderGrant", "permissions", "roles", "assignments", "separations", "elevations", "voteKeys");
        root.Build(() => builder.Application(root.Member("application").Text()).Version(root.Member("version").Number()));
        if (root.Flag("deployUnderGrant"))
        {
            builder.DeployUnderGrant();
        }

        foreach (var item in root.Items("permissions"))
        {
            item.KnowOnly("permission", "elevated", "level");
            item.Build(() => builder.Permission(item.Member("permission").Text(), item.Flag("elevated"), Level(item)));
        }

        foreach (var item in root.Items("roles"))
        {
            item.KnowOnly("role", "kind", "approvesElevation", "includes", "allow");
            item.Build(() => builder.Role(item.Member("role").Text(), role => Role(item, role)));
        }

        foreach (var item in root.Items("assignments"))
        {
            item.KnowOnly("issuer", "id", "person", "roles");
            var subject = new AuditSubject
            {
                Issuer = item.Optional("issuer")?.Text(),
                Id = item.Member("id").Text(),
                Person = item.Optional("person")?.Text(),
            };
            foreach (var role in item.Items("roles"))
            {
                role.Build(() => builder.Assign(subject, role.Text()));
            }
        }

        foreach (var item in root.Items("separations"))
        {
            item.Build(() => builder.SeparateDuties(item.Texts()));
        }

        foreach (var item in root.Items("elevations"))
        {
            item.KnowOnly(
                "permission", "requestableBy", "approvals", "maxSeconds", "pendingSeconds", "activationSeconds", "requires", "hours", "revocableBy",
                "separateApprovers", "signedVotes", "breakGlass");
            item.Build(() => builder.Elevation(item.Member("permission").Text(), rule => Elevation(item, rule)));
        }

        foreach (var item in root.Items("voteKeys"))
        {
            item.KnowOnly("issuer", "id", "key");
            var subject = new AuditSubject { Issuer = item.Optional("issuer")?.Text(), Id = item.Member("id").Text() };
            item.Build(() => builder.VoteKey(subject, item.Member("key").Bytes()));
        }

        return root.Build(builder.Build);
    }

    private static void Role(PolicyElement item, RoleBuilder role)
    {
        if (item.Optional("kind") is { } kind)
        {
            _ = kind.Text() == "eligible" ? role.Eligible() : throw kind.Fault("is no kind of role");
        }

        if (item.Flag("approvesElevation"))
        {
            role.ApprovesElevation();
        }

        role.Includes(item.Optional("includes")?.Texts() ?? []);
        foreach (var held in item.Items("allow"))
        {
            held.KnowOnly("permission", "resource");
            var permission = held.Member("permission").Text();
            if (held.Optional("resource") is { } resource)
            {
                resource.KnowOnly("type", "id");
                held.Build(() => role.Allow(permission, (resource.Member("type").Text(), resource.Optional("id")?.Text())));
            }
            else
            {
                held.Build(() => role.Allow(permission));
            }
        }
    }

    private static void Elevation(PolicyElement item, ElevationRuleBuilder rule)
    {
        rule.RequestableBy(item.Optional("requestableBy")?.Texts() ?? []);
        foreach (var approval in item.Items("approvals"))
        {
            approval.KnowOnly("role", "quorum");
            approval.Build(() => rule.ApprovedBy(approval.Member("role").Text(), approval.Member("quorum").Number()));
        }

        rule.MaxDuration(item.Member("maxSeconds").Seconds());
        if (item.Optional("pendingSeconds") is { } pending)
        {
            rule.PendingFor(pending.Seconds());
        }

        if (item.Optional("activationSeconds") is { } activation)
        {
            rule.ActivateWithin(activation.Seconds());
        }

        foreach (var required in item.Items("requires"))
        {
            _ = required.Text() switch
            {
                "reason" => rule.RequireReason(),
                "ticket" => rule.RequireTicket(),
                _ => throw required.Fault("is nothing that a request can be required to have"),
            };
        }

        if (item.Optional("hours") is { } hours)
        {
            hours.KnowOnly("offsetMinutes", "from", "to", "days");
            hours.Build(() => rule.ActiveHours(
                TimeSpan.FromMinutes(hours.Member("offsetMinutes").Number()), TimeOfDay(hours.Member("from"), 0), TimeOfDay(hours.Member("to"), 1),
                [.. hours.Items("days").Select(Day)]));
        }

        rule.RevocableBy(item.Optional("revocableBy")?.Texts() ?? []);
        if (item.Flag("separateApprovers"))
        {
            rule.SeparateApprovers();
        }

        if (item.Flag("signedVotes"))
        {
            rule.SignedVotes();
        }

        if (item.Optional("breakGlass") is { } breakGlass)
        {
            breakGlass.KnowOnly("by", "maxSeconds");
            breakGlass.Build(() => rule.BreakGlass(breakGlass.Member("maxSeconds").Seconds(), breakGlass.Optional("by")?.Texts() ?? []));
        }
    }

    /// <summary>A beginning is 0 to 1439, an end 1 to 1440: one spelling of midnight each.</summary>
    private static TimeOnly TimeOfDay(PolicyElement item, int least)
    {
        var minutes = item.Number();
        return minutes >= least && minutes < PolicyWriter.MinutesOfDay + least
            ? TimeOnly.MinValue.AddMinutes(minutes)
            : throw item.Fault($"is no time of day: minutes from {least} to {PolicyWriter.MinutesOfDay - 1 + least}");
    }

    private static DayOfWeek Day(PolicyElement item)
    {
        var name = item.Text();
        foreach (var day in Enum.GetValues<DayOfWeek>())
        {
            if (PolicyWriter.DayName(day) == name)
                return day;
        }

        throw item.Fault("is no day of the week");
    }

    private static AuditLevel Level(PolicyElement item)
    {
        if (item.Optional("level") is not { } level)
            return default;

        var name = level.Text();
        foreach (var value in Enum.GetValues<AuditLevel>())
        {
            if (PolicyWriter.LevelName(value) == name)
                return value;
        }

        throw level.Fault("is no audit level");
    }
}
