using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImmutableAudit.EndToEnd.Tests.Support;
using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.EndToEnd.Tests.Verifier;

/// <summary>A log of whatever entries a test makes up, those among them that the library alone writes; one second apart.</summary>
internal sealed class EntryLog : IDisposable
{
    public const string Idp = "https://idp.example";

    private readonly TestKey _key = new(TestLog.Origin);
    private readonly TemporaryDirectory _directory = new();
    private readonly List<byte[]> _entries = [];

    public string Key => _key.VerifierKey;

    public string Directory => Path.Combine(_directory.Path, "log");

    /// <summary>Appends an entry. An actor may be <c>id</c>, <c>id@issuer</c>, or <c>id for id</c>.</summary>
    public long Add(string type, string actor, JsonObject? more = null, int? second = null)
    {
        var time = TestLog.Time(second ?? _entries.Count);
        var entry = new JsonObject
        {
            ["v"] = 1,
            ["time"] = $"{time:yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'}",
            ["type"] = type,
            ["id"] = $"019b0000-0000-7000-8000-{_entries.Count:x12}",
            ["actor"] = Actor(actor),
            ["action"] = type,
        };
        foreach (var (name, value) in more ?? [])
        {
            entry[name] = value?.DeepClone();
        }

        _entries.Add(Encoding.UTF8.GetBytes(entry.ToJsonString()));
        return _entries.Count - 1;
    }

    public void AddRaw(string entry) => _entries.Add(Encoding.UTF8.GetBytes(entry.Replace("TIME", $"{TestLog.Time(_entries.Count):yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'}", StringComparison.Ordinal)));

    /// <summary>Deploys a policy, in one entry or in several.</summary>
    public long Deploy(AccessPolicyBuilder policy, int parts = 0, string? digest = null, long? prev = null)
    {
        var document = PolicyDocument.Of(policy.Build());
        var text = Encoding.UTF8.GetString(document.Utf8.Span);
        var piece = text.Length / (parts + 1);
        for (var i = 0; i < parts; i++)
        {
            Add("policy.part", "shop@immutableaudit", new() { ["details"] = new JsonObject { ["part"] = i, ["of"] = parts, ["text"] = text.Substring(i * piece, piece) } });
        }

        var more = new JsonObject
        {
            ["details"] = new JsonObject
            {
                ["application"] = document.Policy.Application,
                ["version"] = document.Policy.Version,
                ["digest"] = digest ?? $"{document.Digest}",
                ["parts"] = parts,
                ["text"] = text[(parts * piece)..],
            },
        };
        if (prev is not null)
        {
            more["prev"] = prev;
        }

        return Add("policy.deployed", "shop@immutableaudit", more);
    }

    /// <summary>A decision. Roles are <c>role</c>, <c>role@source</c>, or <c>role#link</c>, between spaces.</summary>
    public long Decide(string actor, string permission, long policy, bool allowed = true, string roles = "", string? type = "order", long? grant = null, string? reason = null)
    {
        var more = new JsonObject { ["session"] = "s1", ["permission"] = permission, ["roles"] = Roles(roles), ["policy"] = policy };
        if (type is not null)
        {
            more["resource"] = new JsonObject { ["type"] = type, ["id"] = "4711" };
        }

        if (grant is not null)
        {
            more["grant"] = grant;
        }

        if (!allowed)
        {
            more["reason"] = reason ?? "not-granted: No role holds it.";
        }

        return Add(allowed ? "access.allowed" : "access.denied", actor, more);
    }

    public long Sum(string actor, string permission, long count, bool allowed = true, string? reason = null)
    {
        var more = new JsonObject { ["session"] = "s1", ["outcome"] = allowed ? "allowed" : "denied", ["permission"] = permission, ["details"] = new JsonObject { ["count"] = count } };
        if (reason is not null)
        {
            more["reason"] = reason;
        }

        return Add("access.summary", actor, more);
    }

    public long Request(string actor, long policy, params string[] permissions) =>
        Add("grant.requested", actor, new() { ["reason"] = "why", ["policy"] = policy, ["details"] = new JsonObject { ["permissions"] = Texts(permissions), ["seconds"] = 600 } });

    public long Follow(string type, string actor, long grant, JsonObject? details = null)
    {
        var more = new JsonObject { ["grant"] = grant };
        if (details is not null)
        {
            more["details"] = details;
        }

        return Add($"grant.{type}", actor, more);
    }

    public long Activate(string actor, long grant, int start, int end) => Follow("activated", actor, grant, Times(start, end));

    public long BreakGlass(string actor, long policy, int start, int end, string reason, params string[] permissions)
    {
        var details = Times(start, end);
        details["permissions"] = Texts(permissions);
        return Add("grant.breakglass", actor, new() { ["reason"] = reason, ["policy"] = policy, ["details"] = details });
    }

    /// <summary>Shows all entries to a visitor, as a pass over the log does.</summary>
    public void Show(IEntryVisitor visitor) => visitor.Visit(
        [.. _entries.Select((bytes, i) => new VisitedEntry(i, bytes, AuditEntry.TryDecode(i, bytes, out var entry) ? entry : null))]);

    /// <summary>Writes the log's files.</summary>
    public EntryLog Write()
    {
        System.IO.Directory.CreateDirectory(Directory);
        new TestLog(_entries).WriteTo(Directory, _key);
        return this;
    }

    public void Dispose()
    {
        _key.Dispose();
        _directory.Dispose();
    }

    private static JsonObject Actor(string text)
    {
        if (text.Split(" for ", 2) is [var acting, var other])
        {
            var actor = Actor(acting);
            actor["onBehalfOf"] = Actor(other);
            return actor;
        }

        return text.Split('@', 2) is [var id, var issuer] ? new() { ["issuer"] = issuer, ["id"] = id } : new() { ["id"] = text };
    }

    private static JsonArray Roles(string text) =>
    [
        .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(role => role.Split('@', 2) is [var name, var source]
            ? source.Split('#', 2) is [var from, var link]
                ? new JsonObject { ["role"] = name, ["source"] = from, ["link"] = int.Parse(link) }
                : new JsonObject { ["role"] = name, ["source"] = source }
            : new JsonObject { ["role"] = role }),
    ];

    private static JsonArray Texts(string[] texts) => [.. texts.Select(text => JsonValue.Create(text))];

    private static JsonObject Times(int start, int end) =>
        new() { ["start"] = JsonSerializer.SerializeToNode(TestLog.Time(start).UtcDateTime), ["end"] = JsonSerializer.SerializeToNode(TestLog.Time(end).UtcDateTime) };
}
