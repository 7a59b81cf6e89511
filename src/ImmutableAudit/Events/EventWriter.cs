using System.Text.Encodings.Web;
using System.Text.Json;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Events;

/// <summary>The members of an entry in their fixed order (DESIGN section 6).</summary>
internal static class EventWriter
{
    private static readonly JsonEncodedText Version = Name("v");
    private static readonly JsonEncodedText Time = Name("time");
    private static readonly JsonEncodedText Type = Name("type");
    private static readonly JsonEncodedText Id = Name("id");
    private static readonly JsonEncodedText Session = Name("session");
    private static readonly JsonEncodedText Actor = Name("actor");
    private static readonly JsonEncodedText Issuer = Name("issuer");
    private static readonly JsonEncodedText Person = Name("person");
    private static readonly JsonEncodedText Kind = Name("kind");
    private static readonly JsonEncodedText OnBehalfOf = Name("onBehalfOf");
    private static readonly JsonEncodedText Action = Name("action");
    private static readonly JsonEncodedText Resource = Name("resource");
    private static readonly JsonEncodedText Outcome = Name("outcome");
    private static readonly JsonEncodedText Reason = Name("reason");
    private static readonly JsonEncodedText Source = Name("source");
    private static readonly JsonEncodedText App = Name("app");
    private static readonly JsonEncodedText Host = Name("host");
    private static readonly JsonEncodedText Ip = Name("ip");
    private static readonly JsonEncodedText Trace = Name("trace");
    private static readonly JsonEncodedText Ref = Name("ref");
    private static readonly JsonEncodedText Index = Name("index");
    private static readonly JsonEncodedText Leaf = Name("leaf");
    private static readonly JsonEncodedText Grant = Name("grant");
    private static readonly JsonEncodedText Details = Name("details");
    private static readonly JsonEncodedText Permission = Name("permission");
    private static readonly JsonEncodedText Roles = Name("roles");
    private static readonly JsonEncodedText Role = Name("role");
    private static readonly JsonEncodedText Link = Name("link");
    private static readonly JsonEncodedText Policy = Name("policy");
    private static readonly JsonEncodedText Basis = Name("basis");
    private static readonly JsonEncodedText Prev = Name("prev");

    public static void Write(Utf8JsonWriter writer, AuditEvent auditEvent, Guid id)
    {
        var action = auditEvent.Action;
        writer.WriteStartObject();

        // Up to the id everything has a fixed width: EntryTime.Offset and EventEncoder.IdOffset count on it.
        writer.WriteNumber(Version, 1);
        writer.WriteString(Time, EntryTime.Placeholder);
        Text(writer, Type, auditEvent.Type, action);
        writer.WriteString(Id, id);
        Text(writer, Session, auditEvent.Session, action);
        Subject(writer, Actor, auditEvent.Actor, action);
        Text(writer, Action, action, action);
        if (auditEvent.Resource is { } resource)
        {
            writer.WriteStartObject(Resource);
            Text(writer, Type, resource.Type, action);
            Text(writer, Id, resource.Id, action);
            writer.WriteEndObject();
        }

        Text(writer, Outcome, auditEvent.Outcome, action);
        Text(writer, Reason, auditEvent.Reason, action);
        if (auditEvent.Source is { } source)
        {
            writer.WriteStartObject(Source);
            Text(writer, App, source.App, action);
            Text(writer, Host, source.Host, action);
            Text(writer, Ip, source.Ip, action);
            writer.WriteEndObject();
        }

        Text(writer, Trace, auditEvent.Trace, action);
        if (auditEvent.Ref is { } reference)
        {
            Reference(writer, reference);
        }

        if (auditEvent.Grant is { } grant)
        {
            writer.WriteNumber(Grant, grant);
        }

        if (auditEvent.Details is { } details)
        {
            EventRules.CheckLength(action, details.Utf8.Length);
            writer.WritePropertyName(Details);
            writer.WriteRawValue(details.Utf8.Span, skipInputValidation: true);
        }

        if (auditEvent.Privilege is { } privilege)
        {
            Privilege(writer, privilege, action);
        }

        if (EventTypes.IsPrivilegeState(auditEvent.Type))
        {
            // Last, and of a fixed width: EntryPrev.Stamp counts on it.
            Span<byte> prev = stackalloc byte[EntryPrev.Length];
            EntryPrev.Format(auditEvent.Privilege?.Prev ?? EntryPrev.None, prev);
            writer.WritePropertyName(Prev);
            writer.WriteRawValue(prev, skipInputValidation: true);
        }

        writer.WriteEndObject();
    }

    private static void Privilege(Utf8JsonWriter writer, PrivilegeMembers privilege, string action)
    {
        Text(writer, Permission, privilege.Permission, action);
        if (privilege.Roles is { } roles)
        {
            writer.WriteStartArray(Roles);
            foreach (var role in roles)
            {
                writer.WriteStartObject();
                Text(writer, Role, role.Role, action);
                Text(writer, Source, role.Source, action);
                if (role.Link != 0)
                {
                    writer.WriteNumber(Link, role.Link);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (privilege.Policy is { } policy)
        {
            writer.WriteNumber(Policy, policy);
        }

        if (privilege.Basis is { } basis)
        {
            writer.WriteNumber(Basis, basis);
        }
    }

    /// <summary>Recursion is bounded: <see cref="EventRules"/> has counted the chain.</summary>
    private static void Subject(Utf8JsonWriter writer, JsonEncodedText name, AuditSubject subject, string action)
    {
        writer.WriteStartObject(name);
        Text(writer, Issuer, subject.Issuer, action);
        Text(writer, Id, subject.Id, action);
        Text(writer, Person, subject.Person, action);
        Text(writer, Kind, subject.Kind, action);
        if (subject.OnBehalfOf is { } principal)
        {
            Subject(writer, OnBehalfOf, principal, action);
        }

        writer.WriteEndObject();
    }

    private static void Reference(Utf8JsonWriter writer, AuditReference reference)
    {
        Span<byte> leaf = stackalloc byte[MerkleHash.Size];
        reference.Leaf.CopyTo(leaf);
        writer.WriteStartObject(Ref);
        writer.WriteNumber(Index, reference.Index);
        writer.WriteBase64String(Leaf, leaf);
        writer.WriteEndObject();
    }

    /// <summary>The encoder turns half surrogates into an escaped U+FFFD: no text makes this fail but by its length.</summary>
    private static void Text(Utf8JsonWriter writer, JsonEncodedText name, string? value, string action)
    {
        if (value is null)
            return;

        EventRules.CheckLength(action, value.Length);
        writer.WriteString(name, value);
    }

    private static JsonEncodedText Name(string name) => JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
}
