using System.Text;
using System.Text.RegularExpressions;

namespace ImmutableAudit.Generators;

/// <summary>What a permission looks like, as the library has it in <c>PermissionName</c>: <c>orders.refund</c>.</summary>
internal static class PermissionText
{
    public const string Shape = "two or more parts separated by dots, each of a-z, 0-9 and inner hyphens, at most 128 characters";

    private const int MaxLength = 128;

    private static readonly Regex WellFormed = new(
        @"\A[a-z0-9]+(-+[a-z0-9]+)*(\.[a-z0-9]+(-+[a-z0-9]+)*)+\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        TimeSpan.FromSeconds(1));

    public static bool IsWellFormed(string? permission) =>
        permission is { Length: <= MaxLength } && WellFormed.IsMatch(permission);

    /// <summary>What was probably meant: <c>Orders.RefundAll </c> becomes <c>orders.refund-all</c>.</summary>
    public static string Suggest(string text)
    {
        var suggestion = new StringBuilder(text.Length + 4);
        foreach (var character in text.Trim())
        {
            var isUpper = character is >= 'A' and <= 'Z';
            if (isUpper && suggestion.Length > 0 && suggestion[suggestion.Length - 1] is >= 'a' and <= 'z')
            {
                suggestion.Append('-');
            }

            suggestion.Append(character is ' ' or '_' ? '-' : isUpper ? (char)(character | 0x20) : character);
        }

        return suggestion.ToString();
    }
}
