namespace ImmutableAudit.Privilege;

/// <summary>Something has happened to a request or grant. Immutable and thread-safe.</summary>
/// <param name="Request">Index of the request.</param>
/// <param name="Type">What: the entry's type, such as <c>grant.requested</c>, <c>grant.approved</c>, <c>grant.breakglass</c>.</param>
/// <param name="Entry">Who did it, when, and why.</param>
public sealed record AccessChange(long Request, string Type, AuditEntry Entry);
