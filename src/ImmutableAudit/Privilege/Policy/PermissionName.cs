using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace ImmutableAudit.Privilege;

/// <summary>
/// How permissions are named: <c>resource.verb</c>, two or more segments of <c>a-z</c>, <c>0-9</c> and inner hyphens, such as
/// <c>orders.refund</c> or <c>billing.invoices.write-off</c>. There are no wildcards: a permission that does not stand somewhere
/// by name is not granted.
/// </summary>
public static class PermissionName
{
    /// <summary>Most characters of a name: 128.</summary>
    public const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    /// <summary>What is wrong with a name, as the end of a sentence that begins with it; <see langword="null"/> where nothing is.</summary>
    public static string? Check(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return "is blank";

        if (name.Length > MaxLength)
            return $"has more than {MaxLength} characters";

        if (name.Contains('*', StringComparison.Ordinal))
            return "has a wildcard; name each permission";

        var fault = name.AsSpan().IndexOfAnyExcept(Allowed);
        if (fault >= 0)
        {
            return char.IsAsciiLetterUpper(name[fault])
                ? "has an upper-case letter; names are lower case"
                : $"has a character other than a-z, 0-9, '-' and '.', at position {fault + 1}";
        }

        return CheckSegments(name);
    }

    /// <summary>Whether a text names a permission.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out string? name)
    {
        name = Check(text) is null ? text : null;
        return name is not null;
    }

    /// <summary>The text, if it names a permission.</summary>
    /// <exception cref="AccessPolicyException">It does not.</exception>
    public static string Parse(string? text) => Check(text) is { } fault
        ? throw new AccessPolicyException($"The permission '{Printable.Of(text)}' {fault}. Name it like 'orders.refund'.")
        : text!;

    private static string? CheckSegments(string name)
    {
        var count = 0;
        foreach (var range in name.AsSpan().Split('.'))
        {
            var segment = name.AsSpan()[range];
            if (segment.IsEmpty)
                return "has an empty segment";

            if (segment[0] == '-' || segment[^1] == '-')
                return "has a segment that begins or ends with a hyphen";

            count++;
        }

        return count < 2 ? "has one segment only; it needs a resource and a verb" : null;
    }
}
