using System.Diagnostics.CodeAnalysis;

namespace ImmutableAudit.Events;

/// <summary>
/// Text as an entry will have it: what is not valid Unicode becomes U+FFFD. Who decides about a text that goes on record does so about
/// this, or whoever reads the record decides otherwise.
/// </summary>
internal static class WellFormed
{
    private const char FirstSurrogate = '\ud800';
    private const char LastSurrogate = '\udfff';

    public static string Of(string text) =>
        !text.AsSpan().ContainsAnyInRange(FirstSurrogate, LastSurrogate) || JsonText.IndexOfHalf(text) < 0 ? text
        : string.Create(text.Length, text, static (to, text) =>
        {
            text.CopyTo(to);
            for (var half = JsonText.IndexOfHalf(to); half >= 0; half = JsonText.IndexOfHalf(to))
            {
                to[half] = JsonText.Replacement;
            }
        });

    public static string? OrNull(string? text) => text is null ? null : Of(text);

    [return: NotNullIfNotNull(nameof(resource))]
    public static AuditResource? Of(AuditResource? resource) =>
        resource is null || (IsSo(resource.Type) && IsSo(resource.Id)) ? resource : resource with { Type = Of(resource.Type), Id = OrNull(resource.Id) };

    /// <summary>The whole chain, which is known to be bounded.</summary>
    public static AuditSubject Of(AuditSubject subject)
    {
        var principal = subject.OnBehalfOf is { } next ? Of(next) : null;
        return ReferenceEquals(principal, subject.OnBehalfOf) && IsSo(subject.Issuer) && IsSo(subject.Id) && IsSo(subject.Person) && IsSo(subject.Kind)
            ? subject
            : subject with { Issuer = OrNull(subject.Issuer), Id = Of(subject.Id), Person = OrNull(subject.Person), Kind = OrNull(subject.Kind), OnBehalfOf = principal };
    }

    private static bool IsSo(string? text) => ReferenceEquals(OrNull(text), text);
}
