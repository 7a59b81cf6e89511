using System.Runtime.InteropServices;
using System.Text.Json;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Events;

/// <summary>The members of an event, in any order; the counterpart of <see cref="EventWriter"/>.</summary>
internal static class EventReader
{
    public static AuditEvent Read(JsonElement root, MemberReader members)
    {
        AuditSubject? actor = null;
        AuditResource? resource = null;
        AuditSource? source = null;
        AuditReference? reference = null;
        AuditDetails? details = null;
        string? type = null, session = null, action = null, outcome = null, reason = null, trace = null;
        Guid? id = null;
        long? grant = null, policy = null, basis = null, prev = null;
        string? permission = null;
        IReadOnlyList<AuditRole>? roles = null;
        Span<char> buffer = stackalloc char[MemberReader.MaxKnownName];
        foreach (var member in root.EnumerateObject())
        {
            var value = member.Value;
            switch (MemberReader.Name(member, buffer))
            {
                case "v" or "time": break;
                case "type": type = value.ValueKind == JsonValueKind.String ? value.GetString() : null; break;
                case "id": id = value.ValueKind == JsonValueKind.String && value.TryGetGuid(out var guid) ? guid : null; break;
                case "session": session = members.Text("session", value); break;
                case "actor": actor = Subject("actor", value, members); break;
                case "action": action = members.Text("action", value); break;
                case "resource": resource = Resource(value, members); break;
                case "outcome": outcome = members.Text("outcome", value); break;
                case "reason": reason = members.Text("reason", value); break;
                case "source": source = Source(value, members); break;
                case "trace": trace = members.Text("trace", value); break;
                case "ref": reference = Reference(value, members); break;
                case "grant": grant = members.Index("grant", value); break;
                case "details": details = Details(value, members); break;
                case "permission": permission = members.Text("permission", value); break;
                case "roles": roles = Roles(value, members); break;
                case "policy": policy = members.Index("policy", value); break;
                case "basis": basis = members.IndexOrNone("basis", value); break;
                case "prev": prev = members.IndexOrNone("prev", value); break;
                default: members.Keep(MemberReader.Path("", member.Name), value); break;
            }
        }

        return new AuditEvent
        {
            Type = type ?? throw Missing("type", "a text"),
            Id = id ?? throw Missing("id", "a UUID"),
            Session = session,
            Actor = actor ?? throw Missing("actor", "a subject with an id"),
            Action = action ?? throw Missing("action", "a text"),
            Resource = resource,
            Outcome = outcome,
            Reason = reason,
            Source = source,
            Trace = trace,
            Ref = reference,
            Grant = grant,
            Details = details,
            Privilege = permission is null && roles is null && policy is null && basis is null && prev is null
                ? null
                : new PrivilegeMembers { Permission = permission, Roles = roles, Policy = policy, Basis = basis, Prev = prev },
        };
    }

    /// <summary>A list counts as a whole: with a token in it, it is kept as an unknown member.</summary>
    private static AuditRole[]? Roles(JsonElement element, MemberReader members)
    {
        if (MemberReader.IsToken(element))
        {
            members.Keep("roles", element);
            return null;
        }

        if (element.ValueKind != JsonValueKind.Array)
        {
            members.Mismatch("roles", element, "a list of roles");
            return null;
        }

        foreach (var role in element.EnumerateArray())
        {
            if (MemberReader.IsToken(role) || HasHiddenLink(role))
            {
                members.Keep("roles", element);
                return null;
            }
        }

        var roles = new AuditRole[element.GetArrayLength()];
        var count = 0;
        foreach (var role in element.EnumerateArray())
        {
            if (Role(count, role, members) is not { } read)
                return null;

            roles[count++] = read;
        }

        return roles;
    }

    /// <summary>Whose role it is, is not known then; it would count as the acting subject's.</summary>
    private static bool HasHiddenLink(JsonElement role) =>
        role.ValueKind == JsonValueKind.Object && role.TryGetProperty("link"u8, out var link) && MemberReader.IsToken(link);

    private static AuditRole? Role(int number, JsonElement element, MemberReader members)
    {
        // A path is made where it is needed: most roles need none.
        string Path() => MemberReader.Path("roles", $"{number}");
        string? Text(string member, JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : members.Text(Path(), member, value);
        if (element.ValueKind != JsonValueKind.Object && !members.IsObject(Path(), element))
            return null;

        string? name = null, source = null;
        int? link = 0;
        Span<char> buffer = stackalloc char[MemberReader.MaxKnownName];
        foreach (var member in element.EnumerateObject())
        {
            switch (MemberReader.Name(member, buffer))
            {
                case "role": name = Text("role", member.Value); break;
                case "source": source = Text("source", member.Value); break;
                case "link": link = Link(MemberReader.Path(Path(), "link"), member.Value, members); break;
                default: members.Keep(MemberReader.Path(Path(), member.Name), member.Value); break;
            }
        }

        return link is not { } known ? null : new AuditRole { Role = name ?? throw Missing(Path() + "/role", "a text"), Source = source, Link = known };
    }

    /// <summary>A link behind the first: that one is never written.</summary>
    private static int? Link(string path, JsonElement element, MemberReader members)
    {
        if (MemberReader.AsIndex(element) is >= 1 and < AuditSubject.MaxChainLength and var link)
            return (int)link;

        members.Mismatch(path, element, $"a link from 1 to {AuditSubject.MaxChainLength - 1}");
        return null;
    }

    /// <summary>Recursion is bounded by the depth of the JSON.</summary>
    private static AuditSubject? Subject(string path, JsonElement element, MemberReader members)
    {
        if (MemberReader.IsToken(element))
            return new AuditSubject { Id = element.GetRawText() };

        if (!members.IsObject(path, element))
            return null;

        string? issuer = null, id = null, person = null, kind = null;
        AuditSubject? onBehalfOf = null;
        Span<char> buffer = stackalloc char[MemberReader.MaxKnownName];
        foreach (var member in element.EnumerateObject())
        {
            var value = member.Value;
            switch (MemberReader.Name(member, buffer))
            {
                case "issuer": issuer = members.Text(path, "issuer", value); break;
                case "id": id = members.Text(path, "id", value); break;
                case "person": person = members.Text(path, "person", value); break;
                case "kind": kind = members.Text(path, "kind", value); break;
                case "onBehalfOf": onBehalfOf = Subject(MemberReader.Path(path, "onBehalfOf"), value, members); break;
                default: members.Keep(MemberReader.Path(path, member.Name), value); break;
            }
        }

        return new AuditSubject
        {
            Issuer = issuer,
            Id = id ?? throw Missing(path + "/id", "a text"),
            Person = person,
            Kind = kind,
            OnBehalfOf = onBehalfOf,
        };
    }

    private static AuditResource? Resource(JsonElement element, MemberReader members)
    {
        if (MemberReader.IsToken(element))
            return new AuditResource { Type = element.GetRawText() };

        if (!members.IsObject("resource", element))
            return null;

        string? type = null, id = null;
        Span<char> buffer = stackalloc char[MemberReader.MaxKnownName];
        foreach (var member in element.EnumerateObject())
        {
            switch (MemberReader.Name(member, buffer))
            {
                case "type": type = members.Text("resource", "type", member.Value); break;
                case "id": id = members.Text("resource", "id", member.Value); break;
                default: members.Keep(MemberReader.Path("resource", member.Name), member.Value); break;
            }
        }

        return new AuditResource { Type = type ?? throw Missing("resource/type", "a text"), Id = id };
    }

    private static AuditSource? Source(JsonElement element, MemberReader members)
    {
        if (!members.IsObject("source", element))
            return null;

        string? app = null, host = null, ip = null;
        Span<char> buffer = stackalloc char[MemberReader.MaxKnownName];
        foreach (var member in element.EnumerateObject())
        {
            switch (MemberReader.Name(member, buffer))
            {
                case "app": app = members.Text("source", "app", member.Value); break;
                case "host": host = members.Text("source", "host", member.Value); break;
                case "ip": ip = members.Text("source", "ip", member.Value); break;
                default: members.Keep(MemberReader.Path("source", member.Name), member.Value); break;
            }
        }

        return new AuditSource { App = app, Host = host, Ip = ip };
    }

    /// <summary>A reference counts as a whole: with half of it in a token, it is kept as an unknown member.</summary>
    private static AuditReference? Reference(JsonElement element, MemberReader members)
    {
        if (!members.IsObject("ref", element))
            return null;

        long? index = null;
        MerkleHash? leaf = null;
        var token = false;
        foreach (var member in element.EnumerateObject())
        {
            token |= MemberReader.IsToken(member.Value);
            switch (member.Name)
            {
                case "index": index = MemberReader.AsIndex(member.Value); break;
                case "leaf": leaf = Leaf(member.Value); break;
                default: members.Keep(MemberReader.Path("ref", member.Name), member.Value); break;
            }
        }

        if (index is { } i && leaf is { } l)
            return new AuditReference(i, l);

        if (token)
        {
            members.Keep("ref", element);
        }
        else
        {
            members.Mismatch("ref", element, "an index with a leaf hash");
        }

        return null;
    }

    private static MerkleHash? Leaf(JsonElement element) =>
        element.ValueKind == JsonValueKind.String && MerkleHash.TryParse(element.GetString(), out var hash) ? hash : null;

    private static AuditDetails? Details(JsonElement element, MemberReader members)
    {
        // A token is an object too, and stays visible as one.
        if (element.ValueKind == JsonValueKind.Object)
            return AuditDetails.FromValidated(JsonMarshal.GetRawUtf8Value(element));

        members.Mismatch("details", element, "an object");
        return null;
    }

    private static MemberException Missing(string path, string expected) =>
        new($"its member {path} is missing, or not {expected}");
}
