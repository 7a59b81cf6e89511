using System.Globalization;
using System.Text.Json;

namespace ImmutableAudit.Verifier.Review;

/// <summary>A grant that began.</summary>
/// <param name="Id">The index of its request, or of the break-glass.</param>
/// <param name="Application">Whose permissions they are.</param>
/// <param name="User">Who has it.</param>
/// <param name="Permissions">For what.</param>
internal sealed record GrantSeen(long Id, string? Application, AuditSubject User, IReadOnlyList<string> Permissions)
{
    public SubjectName Subject { get; } = SubjectName.Of(User);

    public string? Reason { get; init; }

    public bool IsBreakGlass { get; init; }

    /// <summary>When it began; <see langword="null"/> while it is a request.</summary>
    public DateTimeOffset? Start { get; set; }

    /// <summary>When it ends by itself, or was ended.</summary>
    public DateTimeOffset End { get; set; }

    /// <summary>What ended it, if anything did: the entry's type.</summary>
    public string? EndedBy { get; set; }

    public long Uses { get; set; }

    public SubjectName? ReviewedBy { get; set; }

    public bool? Justified { get; set; }

    public TimeSpan Length => Start is { } start && End > start ? End - start : TimeSpan.Zero;
}

/// <summary>Follows requests and grants through their entries. What is over is handed on and forgotten, so that few are held.</summary>
internal sealed class GrantTrail(Action<GrantSeen> over)
{
    private readonly Dictionary<long, GrantSeen> _open = [];
    private readonly Dictionary<long, GrantSeen> _breakGlasses = [];

    /// <summary>How many entries there were of each type.</summary>
    public SortedDictionary<string, long> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>All break-glasses, in the order of their entries.</summary>
    public IEnumerable<GrantSeen> BreakGlasses => _breakGlasses.Values.OrderBy(grant => grant.Id);

    /// <summary>Takes a <c>grant.*</c> entry.</summary>
    /// <returns>The request or break-glass that it begins.</returns>
    public GrantSeen? Take(AuditEntry entry, string? application, bool counts)
    {
        if (counts)
        {
            Counts[entry.Type] = Counts.GetValueOrDefault(entry.Type) + 1;
        }

        switch (entry.Type)
        {
            case "grant.requested" or "grant.breakglass":
                var begun = new GrantSeen(entry.Index, application, entry.Event.Actor, Permissions(entry))
                {
                    Reason = entry.Event.Reason,
                    IsBreakGlass = entry.Type == "grant.breakglass",
                };
                _open[entry.Index] = begun;
                if (begun.IsBreakGlass)
                {
                    _breakGlasses[entry.Index] = begun;
                    Begin(begun, entry);
                }

                return begun;
            case "grant.reviewed" when entry.Event.Grant is { } id && _breakGlasses.TryGetValue(id, out var reviewed)
                && !SubjectName.AreOne(reviewed.User, entry.Event.Actor): // Nobody reviews himself, whoever wrote the entry.
                reviewed.ReviewedBy ??= SubjectName.Of(entry.Event.Actor);
                reviewed.Justified ??= Flag(entry, "justified");
                return null;
            default:
                if (entry.Event.Grant is { } grant && _open.TryGetValue(grant, out var open))
                {
                    Follow(open, entry);
                }

                return null;
        }
    }

    /// <summary>Counts a use of a grant.</summary>
    /// <returns>Whose it is, where it is known.</returns>
    public SubjectName? Use(long grant)
    {
        if (!_open.TryGetValue(grant, out var open))
        {
            return null;
        }

        open.Uses++;
        return open.Subject;
    }

    /// <summary>Hands on what was still open at a time.</summary>
    public void End(DateTimeOffset time)
    {
        foreach (var grant in _open.Values.OrderBy(grant => grant.Id))
        {
            grant.End = grant.End < time ? grant.End : time;
            HandOn(grant);
        }

        _open.Clear();
    }

    private void Follow(GrantSeen grant, AuditEntry entry)
    {
        switch (entry.Type)
        {
            case "grant.activated" when grant.Start is null:
                Begin(grant, entry);
                break;
            case "grant.expired" or "grant.revoked" or "grant.relinquished" or "grant.denied" or "grant.cancelled" or "grant.lapsed":
                grant.EndedBy = entry.Type;
                grant.End = grant.End < entry.Time ? grant.End : entry.Time;
                _open.Remove(grant.Id);
                HandOn(grant);
                break;
        }
    }

    private void HandOn(GrantSeen grant)
    {
        if (grant.Start is not null)
        {
            over(grant);
        }
    }

    private static void Begin(GrantSeen grant, AuditEntry entry)
    {
        grant.Start = Time(entry, "start") ?? entry.Time;
        grant.End = Time(entry, "end") ?? entry.Time;
    }

    private static string[] Permissions(AuditEntry entry) =>
        entry.Event.Details is { } details && details.Root.TryGetProperty("permissions", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!).Distinct(StringComparer.Ordinal)]
            : [];

    private static bool? Flag(AuditEntry entry, string name) =>
        entry.Event.Details is { } details && details.Root.TryGetProperty(name, out var flag)
            ? flag.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null }
            : null;

    private static DateTimeOffset? Time(AuditEntry entry, string name) =>
        DateTimeOffset.TryParse(
            DeployedPolicies.Text(entry, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;
}
