using System.Globalization;

namespace ImmutableAudit.Privilege;

/// <summary>Values as text that is the same in every culture.</summary>
internal static class ValueText
{
    /// <summary>The beginning of a text, of so many UTF-16 units at most; never half a character.</summary>
    public static ReadOnlySpan<char> Start(string text, int length) =>
        text.Length <= length ? text : text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length);

    public static string? Of<T>(T value) => value switch
    {
        null => null,
        string text => text,
        DateTime or DateTimeOffset or DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
