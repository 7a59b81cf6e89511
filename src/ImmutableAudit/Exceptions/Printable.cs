using System.Globalization;
using System.Text;

namespace ImmutableAudit;

/// <summary>Text from outside, made fit for a message: what could drive a terminal or break a line is escaped, and the length is bounded.</summary>
internal static class Printable
{
    private const int MaxLength = 200;

    public static string Of(string? text) => text is null ? "(null)" : Of(text.AsSpan());

    public static string Of(ReadOnlySpan<char> text)
    {
        var result = new StringBuilder();
        foreach (var rune in text[..Math.Min(text.Length, MaxLength)].EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned)
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
}
