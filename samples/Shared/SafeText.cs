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
            if (IsHarmless(rune))
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
        text.EnumerateRunes().All(rune => rune.Value == '\n' || IsHarmless(rune));

    private static bool IsHarmless(Rune rune) => !IsInvisible(rune.Value) && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    /// <summary>Letters and marks of no width or shape: default-ignorable code points (Unicode, DerivedCoreProperties) of other categories.</summary>
    private static bool IsInvisible(int rune) => rune is
        0x34F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0
        or (>= 0xE0100 and <= 0xE01EF);
}
