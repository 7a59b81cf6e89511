using System.Globalization;
using System.Text;

namespace ImmutableAudit;

/// <summary>Text from outside, made fit for a message: what could drive a terminal, break a line or hide is escaped, and the length is bounded.</summary>
internal static class Printable
{
    private const int MaxLength = 200;

    public static string Of(string? text) => text is null ? "(null)" : Of(text.AsSpan());

    /// <summary>The beginning of a text, of so many UTF-16 units at most; never half a character. Nothing is escaped.</summary>
    public static ReadOnlySpan<char> Start(ReadOnlySpan<char> text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    public static string Of(ReadOnlySpan<char> text)
    {
        var result = new StringBuilder();
        foreach (var rune in Start(text, MaxLength).EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned || IsInvisible(rune.Value))
            {
                result.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            }
            else
            {
                result.Append(rune.ToString());
            }
        }

        return text.Length > MaxLength ? result.Append('…').ToString() : result.ToString();
    }

    /// <summary>Letters and marks of no width or shape: default-ignorable code points (Unicode, DerivedCoreProperties) of other categories.</summary>
    private static bool IsInvisible(int rune) => rune is
        0x34F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0
        or (>= 0xE0100 and <= 0xE01EF);
}
