using System.Text.Json.Serialization;

namespace ImmutableAudit.Privilege;

/// <summary><c>grant.requested</c>.</summary>
/// <param name="Permissions">What is asked for.</param>
/// <param name="Seconds">For how long.</param>
/// <param name="Ticket">Where it is dealt with.</param>
/// <param name="Key">The requester's own name for the request (PRIVILEGE.md P26).</param>
internal sealed record RequestedDetails(string[] Permissions, long Seconds, string? Ticket = null, string? Key = null);

/// <summary><c>grant.breakglass</c>.</summary>
/// <param name="Permissions">What is taken.</param>
/// <param name="Start">The first moment at which it holds.</param>
/// <param name="End">The first moment at which it does not hold any more.</param>
/// <param name="Ticket">Where it is dealt with.</param>
internal sealed record BreakGlassDetails(string[] Permissions, DateTime Start, DateTime End, string? Ticket = null);

/// <summary><c>grant.activated</c>.</summary>
/// <param name="Start">The first moment at which the grant holds.</param>
/// <param name="End">The first moment at which it does not hold any more.</param>
internal sealed record ActivatedDetails(DateTime Start, DateTime End);

/// <summary><c>grant.approved</c>, <c>grant.denied</c>.</summary>
/// <param name="Proof">The approver's own signature.</param>
internal sealed record VoteDetails(ProofDetails? Proof = null);

/// <summary>A signature under a vote.</summary>
/// <param name="Key">Which key.</param>
/// <param name="Signature">The signature, base64.</param>
internal sealed record ProofDetails(string Key, byte[] Signature);

/// <summary><c>grant.lapsed</c>, and <c>grant.revoked</c> where the library tells it.</summary>
/// <param name="Cause"><c>time</c> or <c>policy</c>.</param>
internal sealed record EndDetails(string Cause);

/// <summary><c>grant.reviewed</c>.</summary>
/// <param name="Justified">Whether the reviewer found that it was right to break the glass.</param>
internal sealed record ReviewedDetails(bool Justified);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RequestedDetails))]
[JsonSerializable(typeof(BreakGlassDetails))]
[JsonSerializable(typeof(ActivatedDetails))]
[JsonSerializable(typeof(VoteDetails))]
[JsonSerializable(typeof(EndDetails))]
[JsonSerializable(typeof(ReviewedDetails))]
internal sealed partial class GrantDetailsContext : JsonSerializerContext;
