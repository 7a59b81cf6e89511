using System.CommandLine;
using System.Globalization;

namespace ImmutableAudit.Verifier.Input;

/// <summary>Which entries <c>show</c> shows. Texts are compared exactly; both ends of a range belong to it.</summary>
internal sealed record EntryFilter(
    long From, long? To, string? Actor, string? Action, string? Outcome, DateTimeOffset? Since, DateTimeOffset? Until)
{
    /// <summary>Index behind the last.</summary>
    public long? End => To is { } to && to < long.MaxValue ? to + 1 : null;

    private bool AsksForEvents => Actor is not null || Action is not null || Outcome is not null || Since is not null || Until is not null;

    /// <summary>An entry that cannot be read as an event is shown unless something is asked of the event.</summary>
    public bool Takes(AuditEntry? entry) => entry is null
        ? !AsksForEvents
        : (Actor is null || Names(entry.Event.Actor, Actor))
            && (Action is null || entry.Event.Action == Action)
            && (Outcome is null || entry.Event.Outcome == Outcome)
            && (Since is null || entry.Time >= Since)
            && (Until is null || entry.Time <= Until);

    public static Option<DateTimeOffset?> TimeOption(string name, string description) => new(name)
    {
        HelpName = "T",
        Description = $"{description} RFC 3339, as 2026-11-21T21:16:47Z.",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (TryParse(text, out var time))
            {
                return time;
            }

            result.AddError($"{name} '{text}' is not an RFC 3339 time with its offset, such as 2026-11-21T21:16:47Z.");
            return null;
        },
    };

    /// <summary>Who acts for somebody is found under both names.</summary>
    private static bool Names(AuditSubject subject, string name) =>
        subject.Id == name || subject.Person == name || (subject.OnBehalfOf is { } other && Names(other, name));

    private static bool TryParse(string text, out DateTimeOffset time)
    {
        // 'K' would also take a time without an offset, which is a different moment on every machine.
        var hasOffset = text.EndsWith("Z", StringComparison.OrdinalIgnoreCase) || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
        time = default;
        return hasOffset && DateTimeOffset.TryParseExact(
            text.ToUpperInvariant(), "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
    }
}
