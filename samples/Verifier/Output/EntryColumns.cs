using System.Globalization;
using ImmutableAudit.Samples;

namespace ImmutableAudit.Verifier.Output;

/// <summary>What a line or row shows of an entry: the same columns on paper and on the terminal.</summary>
internal static class EntryColumns
{
    private const string Absent = "-";

    public static IReadOnlyList<string> Names { get; } =
        ["index", "time", "type", "actor", "action", "resource", "outcome", "reason"];

    /// <summary>One escaped text for each of <see cref="Names"/>.</summary>
    public static IEnumerable<string> Of(long index, ReadOnlyMemory<byte> bytes, AuditEntry? entry)
    {
        string?[] texts = entry is null
            ? [$"{index}", null, null, null, null, null, null, $"not an event: {bytes.Length} bytes"]
            : [.. Texts(entry)];
        return texts.Select(text => string.IsNullOrEmpty(text) ? Absent : SafeText.Of(text));
    }

    /// <summary>One text for each of <see cref="Names"/>, as it stands in the log.</summary>
    public static IReadOnlyList<string?> Texts(AuditEntry entry) =>
    [
        $"{entry.Index}",
        Time(entry.Time),
        entry.Type,
        Actor(entry.Event.Actor),
        entry.Event.Action,
        Resource(entry.Event.Resource),
        entry.Event.Outcome,
        entry.Event.Reason,
    ];

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    private static string Actor(AuditSubject actor)
    {
        var name = actor.Issuer is null ? actor.Id : $"{actor.Id}@{actor.Issuer}";
        return actor.OnBehalfOf is null ? name : $"{name} for {Actor(actor.OnBehalfOf)}";
    }

    private static string? Resource(AuditResource? resource) => resource?.Id is { } id ? $"{resource.Type}/{id}" : resource?.Type;
}
