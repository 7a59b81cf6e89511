namespace ImmutableAudit;

/// <summary>
/// Who acts: a user, a service, a process. Two subjects are the same when issuer and id are, compared ordinally.
/// Immutable and thread-safe.
/// </summary>
/// <remarks>
/// The log never forgets: give an <see cref="Id"/> that is opaque and stable, not a name or a mail address.
/// </remarks>
public sealed record AuditSubject
{
    /// <summary>Most subjects in one chain of <see cref="OnBehalfOf"/>, the acting one included: 8.</summary>
    public const int MaxChainLength = 8;

    /// <summary>Who vouches for <see cref="Id"/>: an identity provider, a directory; absent where there is only one.</summary>
    public string? Issuer { get; init; }

    /// <summary>The subject's stable name at its issuer; not blank.</summary>
    public required string Id { get; init; }

    /// <summary>The human behind several accounts, the same value in each.</summary>
    public string? Person { get; init; }

    /// <summary>What the subject is, in the application's own words: <c>user</c>, <c>service</c>, <c>job</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>For whom the subject acts; that one may act for another again, <see cref="MaxChainLength"/> in all.</summary>
    public AuditSubject? OnBehalfOf { get; init; }
}
