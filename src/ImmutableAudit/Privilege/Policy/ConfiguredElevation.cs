using System.Globalization;

namespace ImmutableAudit.Privilege;

/// <summary>Says to a builder what configuration says of one elevation.</summary>
internal static class ConfiguredElevation
{
    public static void Apply(ElevationOptions options, ElevationRuleBuilder rule)
    {
        rule.RequestableBy(options.RequestableBy).RevocableBy(options.RevocableBy);
        foreach (var approval in options.ApprovedBy)
        {
            rule.ApprovedBy(approval.Role, approval.Quorum);
        }

        If(options.MaxDuration is not null, () => rule.MaxDuration(options.MaxDuration!.Value));
        If(options.PendingFor is not null, () => rule.PendingFor(options.PendingFor!.Value));
        If(options.ActivateWithin is not null, () => rule.ActivateWithin(options.ActivateWithin!.Value));
        If(options.RequireReason, rule.RequireReason);
        If(options.RequireTicket, rule.RequireTicket);
        If(options.SeparateApprovers, rule.SeparateApprovers);
        If(options.SignedVotes, rule.SignedVotes);
        if (options.ActiveHours is { } hours)
        {
            rule.ActiveHours(hours.UtcOffset, Time(hours.From, "From"), Time(hours.To == "24:00" ? "00:00" : hours.To, "To"), [.. hours.Days.Select(Day)]);
        }

        if (options.BreakGlass is { } breakGlass)
        {
            rule.BreakGlass(breakGlass.MaxDuration, breakGlass.Roles);
        }
    }

    private static void If(bool said, Func<ElevationRuleBuilder> say)
    {
        if (said)
        {
            say();
        }
    }

    private static TimeOnly Time(string text, string what) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : throw new AccessPolicyException($"ActiveHours:{what} is '{Printable.Of(text)}', no time of day. Write it like '08:00'.");

    private static DayOfWeek Day(string text)
    {
        foreach (var day in Enum.GetValues<DayOfWeek>())
        {
            if (string.Equals(PolicyWriter.DayName(day), text, StringComparison.OrdinalIgnoreCase))
                return day;
        }

        throw new AccessPolicyException($"ActiveHours:Days names '{Printable.Of(text)}', which is no day of the week. Name them 'monday' to 'sunday'.");
    }
}
