using System.Globalization;
using System.Text;

namespace ImmutableAudit.Samples;

/// <summary>
/// Text from a log, made fit for a terminal: what could move the cursor, turn the writing direction, hide or break a line is
/// shown as a JSON escape. JSON stays the same JSON.
/// </summary>
internal static class SafeText
{
    public static string Of(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsHarmless(Rune.GetUnicodeCategory(rune)))
            {
                result.Append(rune.ToString());
                continue;
            }

            foreach (var unit in rune.ToString())
            {
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            }
        }

        return result.ToString();
    }

    public static string Of(ReadOnlySpan<byte> utf8) => Of(Encoding.UTF8.GetString(utf8));

    /// <summary>Whether nothing in it has to be escaped but the ends of its lines.</summary>
    public static bool IsSafe(string text) =>
        text.EnumerateRunes().All(rune => rune.Value == '\n' || IsHarmless(Rune.GetUnicodeCategory(rune)));

    private static bool IsHarmless(UnicodeCategory category) => category is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
