using System.Buffers;
using System.Text.Json;
using ImmutableAudit.Events;

namespace ImmutableAudit.Privilege;

/// <summary>The members of a policy's document in their fixed order.</summary>
internal static class PolicyWriter
{
    /// <summary>How midnight at a day's end is written.</summary>
    public const int MinutesOfDay = 24 * 60;

    private static readonly string[] DayNames = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    public static ReadOnlyMemory<byte> Write(AccessPolicy policy)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        using var writer = new Utf8JsonWriter(output, StrictJson.WriterOptions);
        writer.WriteStartObject();
        writer.WriteNumber("v"u8, 1);
        writer.WriteString("application"u8, policy.Application);
        writer.WriteNumber("version"u8, policy.Version);
        Flag(writer, "deployUnderGrant"u8, policy.DeployUnderGrant);
        Array(writer, "permissions"u8, policy.Catalogue, Permission);
        Array(writer, "roles"u8, policy.Roles, Role);
        Array(writer, "assignments"u8, policy.Assignments, Assignment);
        Array(writer, "separations"u8, policy.Separations, Separation);
        Array(writer, "elevations"u8, policy.Elevations, Elevation);
        Array(writer, "voteKeys"u8, policy.VoteKeys, VoteKey);
        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenMemory;
    }

    public static string LevelName(AuditLevel level) => level switch
    {
        AuditLevel.Decision => "decision",
        AuditLevel.DenialsOnly => "denialsOnly",
        _ => "decisionAndOutcome",
    };

    public static string DayName(DayOfWeek day) => DayNames[(int)day];

    private static void Permission(Utf8JsonWriter writer, PermissionDefinition definition)
    {
        writer.WriteStartObject();
        writer.WriteString("permission"u8, definition.Permission);
        Flag(writer, "elevated"u8, definition.Elevated);
        if (definition.AuditLevel != default)
        {
            writer.WriteString("level"u8, LevelName(definition.AuditLevel));
        }

        writer.WriteEndObject();
    }

    private static void Role(Utf8JsonWriter writer, Role role)
    {
        writer.WriteStartObject();
        writer.WriteString("role"u8, role.Name);
        if (role.Kind == RoleKind.Eligible)
        {
            writer.WriteString("kind"u8, "eligible"u8);
        }

        Flag(writer, "approvesElevation"u8, role.ApprovesElevation);
        Array(writer, "includes"u8, role.Includes, static (writer, name) => writer.WriteStringValue(name));
        Array(writer, "allow"u8, role.Permissions, Allowed);
        writer.WriteEndObject();
    }

    private static void Allowed(Utf8JsonWriter writer, RolePermission held)
    {
        writer.WriteStartObject();
        writer.WriteString("permission"u8, held.Permission);
        if (held.Resource is { } resource)
        {
            writer.WriteStartObject("resource"u8);
            writer.WriteString("type"u8, resource.Type);
            Text(writer, "id"u8, resource.Id);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Assignment(Utf8JsonWriter writer, RoleAssignment assignment)
    {
        writer.WriteStartObject();
        Text(writer, "issuer"u8, assignment.Issuer);
        writer.WriteString("id"u8, assignment.Id);
        Text(writer, "person"u8, assignment.Person);
        Array(writer, "roles"u8, assignment.Roles, static (writer, name) => writer.WriteStringValue(name));
        writer.WriteEndObject();
    }

    private static void Separation(Utf8JsonWriter writer, SeparatedDuties duties)
    {
        writer.WriteStartArray();
        foreach (var role in duties.Roles)
        {
            writer.WriteStringValue(role);
        }

        writer.WriteEndArray();
    }

    private static void Elevation(Utf8JsonWriter writer, ElevationRule rule)
    {
        writer.WriteStartObject();
        writer.WriteString("permission"u8, rule.Permission);
        Array(writer, "requestableBy"u8, rule.RequestableBy, static (writer, name) => writer.WriteStringValue(name));
        Array(writer, "approvals"u8, rule.Approvals, static (writer, approval) =>
        {
            writer.WriteStartObject();
            writer.WriteString("role"u8, approval.Role);
            writer.WriteNumber("quorum"u8, approval.Quorum);
            writer.WriteEndObject();
        });
        Seconds(writer, "maxSeconds"u8, rule.MaxDuration);
        Seconds(writer, "pendingSeconds"u8, rule.PendingFor, ElevationRuleBuilder.DefaultPendingFor);
        Seconds(writer, "activationSeconds"u8, rule.ActivateWithin, ElevationRuleBuilder.DefaultActivateWithin);
        Array(writer, "requires"u8, Requirements(rule), static (writer, name) => writer.WriteStringValue(name));
        if (rule.Hours is { } hours)
        {
            Hours(writer, hours);
        }

        Array(writer, "revocableBy"u8, rule.RevocableBy, static (writer, name) => writer.WriteStringValue(name));
        Flag(writer, "separateApprovers"u8, rule.SeparateApprovers);
        Flag(writer, "signedVotes"u8, rule.SignedVotes);
        if (rule.BreakGlass is { } breakGlass)
        {
            writer.WriteStartObject("breakGlass"u8);
            Array(writer, "by"u8, breakGlass.Roles, static (writer, name) => writer.WriteStringValue(name));
            Seconds(writer, "maxSeconds"u8, breakGlass.MaxDuration);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static string[] Requirements(ElevationRule rule) =>
        [.. rule.RequiresReason ? ["reason"] : Enumerable.Empty<string>(), .. rule.RequiresTicket ? ["ticket"] : Enumerable.Empty<string>()];

    private static void Hours(Utf8JsonWriter writer, ActiveHours hours)
    {
        writer.WriteStartObject("hours"u8);
        writer.WriteNumber("offsetMinutes"u8, (long)hours.UtcOffset.TotalMinutes);
        writer.WriteNumber("from"u8, Minutes(hours.From));
        writer.WriteNumber("to"u8, hours.To == TimeOnly.MinValue ? MinutesOfDay : Minutes(hours.To));
        Array(writer, "days"u8, hours.Days, static (writer, day) => writer.WriteStringValue(DayName(day)));
        writer.WriteEndObject();
    }

    private static void VoteKey(Utf8JsonWriter writer, VoteKey key)
    {
        writer.WriteStartObject();
        Text(writer, "issuer"u8, key.Subject.Issuer);
        writer.WriteString("id"u8, key.Subject.Id);
        writer.WriteString("key"u8, key.Text);
        writer.WriteEndObject();
    }

    private static long Minutes(TimeOnly time) => time.Ticks / TimeSpan.TicksPerMinute;

    private static void Seconds(Utf8JsonWriter writer, ReadOnlySpan<byte> name, TimeSpan time, TimeSpan unless = default)
    {
        if (time != unless)
        {
            writer.WriteNumber(name, time.Ticks / TimeSpan.TicksPerSecond);
        }
    }

    private static void Array<T>(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyCollection<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.Count == 0)
            return;

        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            write(writer, item);
        }

        writer.WriteEndArray();
    }

    private static void Flag(Utf8JsonWriter writer, ReadOnlySpan<byte> name, bool value)
    {
        if (value)
        {
            writer.WriteBoolean(name, value);
        }
    }

    private static void Text(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
