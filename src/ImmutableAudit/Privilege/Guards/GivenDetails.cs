namespace ImmutableAudit.Privilege;

/// <summary>Details that were given by hand: bounded, so that no length of them keeps an attempt off the record (PRIVILEGE.md P13).</summary>
internal static class GivenDetails
{
    /// <summary>The same; what is too long by its length and its digest, enough to prove what it was.</summary>
    public static AuditDetails? Bounded(AuditDetails? details) => details?.Utf8.Length > ArgumentWriter.MaxBytes
        ? AuditDetails.Parse($"{{\"bytes\":{details.Utf8.Length},\"digest\":\"{DocumentDigest.Of(details.Utf8.Span)}\"}}")
        : details;
}
