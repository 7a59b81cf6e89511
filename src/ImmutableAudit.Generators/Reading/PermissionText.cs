using System.Text.RegularExpressions;

namespace ImmutableAudit.Generators;

/// <summary>What a permission looks like: <c>orders.refund</c>.</summary>
internal static class PermissionText
{
    public const string Shape = "two or more parts separated by dots, each of a-z, 0-9 and single hyphens, beginning with a letter";

    private static readonly Regex WellFormed = new(
        @"\A[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z][a-z0-9]*(-[a-z0-9]+)*)+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    public static bool IsWellFormed(string? permission) => permission is not null && WellFormed.IsMatch(permission);
}
