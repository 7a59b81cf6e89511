using System.Text.Json;
using ImmutableAudit.Samples;

namespace ImmutableAudit.Import.Mapping;

/// <summary>Finds one member of an event in a record; <see langword="null"/> where the record does not have it.</summary>
internal delegate string? MemberSource(JsonElement record);

/// <summary>Makes events of records. The record itself goes into the event's details, whole.</summary>
internal sealed class EventMapping
{
    /// <summary>The members that can be mapped to.</summary>
    public static readonly IReadOnlyList<string> Members =
    [
        "id", "session", "actor.issuer", "actor.id", "actor.person", "actor.kind", "action", "resource.type", "resource.id",
        "outcome", "reason", "source.app", "source.host", "source.ip", "trace",
    ];

    private readonly Dictionary<string, MemberSource> _sources;

    private EventMapping(Dictionary<string, MemberSource> sources) => _sources = sources;

    /// <summary>A preset, changed by mappings of the form <c>MEMBER=EXPRESSION</c>.</summary>
    /// <exception cref="UsageException">A mapping is malformed, goes to a member that cannot be mapped to, or a necessary one is missing.</exception>
    public static EventMapping Create(IReadOnlyDictionary<string, MemberSource>? preset, IEnumerable<string> mappings)
    {
        var sources = preset?.ToDictionary(StringComparer.Ordinal) ?? new(StringComparer.Ordinal);
        var mapped = new HashSet<string>(StringComparer.Ordinal);
        foreach (var mapping in mappings)
        {
            var equals = mapping.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                throw new UsageException($"--map '{mapping}' is malformed: it is like actor.id=$.user.name.");
            }

            var member = mapping[..equals].Trim();
            CheckMember(member);
            if (!mapped.Add(member))
            {
                throw new UsageException($"--map names '{member}' twice. Put fallbacks into one: {member}=$.a | $.b.");
            }

            sources[member] = ValueExpressionParser.Parse(mapping[(equals + 1)..]).Read;
        }

        Require(sources, "actor.id", "actor.id=$.user");
        Require(sources, "action", "action=$.operation");
        if (sources.ContainsKey("resource.id"))
        {
            Require(sources, "resource.type", "resource.type=\"order\"");
        }

        return new EventMapping(sources);
    }

    /// <summary>Makes an event of a record.</summary>
    /// <param name="record">A JSON object.</param>
    /// <param name="details">What goes into the event as its details.</param>
    /// <exception cref="AuditEventException">The record does not make an event.</exception>
    public AuditEvent ToEvent(JsonElement record, AuditDetails details)
    {
        string? Value(string member) => _sources.TryGetValue(member, out var source) ? source(record) : null;

        return new AuditEvent
        {
            Id = Value("id") is { } id ? ParseId(id) : null,
            Session = Value("session"),
            Actor = new AuditSubject
            {
                Issuer = Value("actor.issuer"),
                Id = Value("actor.id") ?? throw new AuditEventException("the record has nothing for actor.id."),
                Person = Value("actor.person"),
                Kind = Value("actor.kind"),
            },
            Action = Value("action") ?? throw new AuditEventException("the record has nothing for action."),
            Resource = Value("resource.type") is { } type ? new AuditResource { Type = type, Id = Value("resource.id") } : null,
            Outcome = Value("outcome"),
            Reason = Value("reason"),
            Source = Source(Value("source.app"), Value("source.host"), Value("source.ip")),
            Trace = Value("trace"),
            Details = details,
        };
    }

    private static AuditSource? Source(string? app, string? host, string? ip) =>
        app is null && host is null && ip is null ? null : new AuditSource { App = app, Host = host, Ip = ip };

    private static Guid ParseId(string id) =>
        Guid.TryParse(id, out var value) ? value : throw new AuditEventException("the record's value for id is not a UUID.");

    private static void Require(Dictionary<string, MemberSource> sources, string member, string example)
    {
        if (!sources.ContainsKey(member))
        {
            throw new UsageException($"Nothing is mapped to '{member}', which is needed: say --map '{example}', or use --preset.");
        }
    }

    private static void CheckMember(string member)
    {
        if (Members.Contains(member, StringComparer.Ordinal))
        {
            return;
        }

        throw new UsageException(member switch
        {
            // PRIVILEGE.md P25: whoever could import a grant would have it.
            "type" => "'type' cannot be mapped to: an import adds nothing but entries of the type 'event'. All other types are the library's.",
            "time" => "'time' cannot be mapped to: the log stamps its own. The record's time stays in the record.",
            _ => $"There is no member '{member}' to map to. There are: {string.Join(", ", Members)}.",
        });
    }
}
