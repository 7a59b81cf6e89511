using ImmutableAudit.Events;

namespace ImmutableAudit.Privilege;

/// <summary>What the texts of a policy must be, so that each has one encoding and can be shown.</summary>
internal static class PolicyText
{
    /// <summary>Most characters of a name that the application's author gives: of a role, of the application.</summary>
    public const int MaxName = 128;

    /// <summary>Most characters of what comes from elsewhere: ids, issuers, persons, resources.</summary>
    public const int MaxId = 1024;

    /// <summary>A name: shown to people everywhere, so nothing in it may hide.</summary>
    public static string Name(string? text, string what)
    {
        if (FindNameFault(text) is { } fault)
        {
            throw new AccessPolicyException($"The {what} '{Printable.Of(text)}' {fault}.");
        }

        return text!;
    }

    /// <summary>An identifier of somebody else's making.</summary>
    public static string Id(string? text, string what)
    {
        if (FindIdFault(text) is { } fault)
        {
            throw new AccessPolicyException($"The {what} '{Printable.Of(text)}' {fault}.");
        }

        return text!;
    }

    public static string? FindIdFault(string? text) =>
        string.IsNullOrWhiteSpace(text) ? "is blank"
        : text.Length > MaxId ? $"has more than {MaxId} characters"
        : JsonText.IndexOfHalf(text) >= 0 ? "is not valid Unicode"
        : null;

    public static string? FindNameFault(string? text) =>
        string.IsNullOrWhiteSpace(text) ? "is blank"
        : text.Length > MaxName ? $"has more than {MaxName} characters"
        : FindObscurity(text);

    /// <summary>What makes two texts look alike that are not.</summary>
    public static string? FindObscurity(string text) =>
        char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]) ? "begins or ends with white space"
        : HasHidden(text) ? "has characters that do not show"
        : null;

    private static bool HasHidden(string text)
    {
        // Printable escapes exactly what does not show, in braces; nothing that shows is escaped.
        for (var i = 0; i < text.Length; i += 100)
        {
            var end = Math.Min(i + 101, text.Length);
            if (end < text.Length && char.IsHighSurrogate(text[end - 1]))
            {
                end++;
            }

            var start = i > 0 && char.IsLowSurrogate(text[i]) ? i + 1 : i;
            var piece = text.AsSpan()[start..end];
            if (!piece.SequenceEqual(Printable.Of(piece)))
                return true;
        }

        return false;
    }
}
