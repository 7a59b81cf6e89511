using System.Globalization;

namespace ImmutableAudit.Privilege;

/// <summary>Values as text that is the same in every culture.</summary>
internal static class ValueText
{
    public static string? Of<T>(T value) => value switch
    {
        null => null,
        string text => text,
        DateTime or DateTimeOffset or DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
