using System.Text.Json.Serialization;

namespace ImmutableAudit.Privilege;

/// <summary>What is in the details of entries that the state is folded from.</summary>
internal static class StateDetails
{
    public static PartDetails OfPart(AuditEntry entry) => EntryDetails.Read<PartDetails>(entry, StateDetailsContext.Default.PartDetails);

    public static DeployedDetails OfDeployed(AuditEntry entry) => EntryDetails.Read<DeployedDetails>(entry, StateDetailsContext.Default.DeployedDetails);

    public static WrittenStateDetails OfWritten(AuditEntry entry) => EntryDetails.Read<WrittenStateDetails>(entry, StateDetailsContext.Default.WrittenStateDetails);
}

/// <summary><c>policy.part</c>, <c>privilege.part</c>.</summary>
/// <param name="Part">Which one, from 0.</param>
/// <param name="Of">How many there are; the last piece is in the entry behind them.</param>
/// <param name="Text">The piece.</param>
internal sealed record PartDetails(int Part, int Of, string Text);

/// <summary><c>policy.deployed</c>.</summary>
/// <param name="Application">For which application.</param>
/// <param name="Version">Its version; higher than that of the predecessor.</param>
/// <param name="Digest">Of the whole document.</param>
/// <param name="Predecessor">Index of the <c>policy.deployed</c> that it replaces; absent where there is none.</param>
/// <param name="Parts">How many <c>policy.part</c> entries stand directly before it.</param>
/// <param name="Text">The document's last piece.</param>
internal sealed record DeployedDetails(string Application, long Version, string Digest, int Parts, string Text, long? Predecessor = null);

/// <summary><c>privilege.state</c>.</summary>
/// <param name="Digest">Of the whole state.</param>
/// <param name="Parts">How many <c>privilege.part</c> entries stand directly before it.</param>
/// <param name="Text">The last piece of the state, which is a <see cref="StateDocument"/>.</param>
internal sealed record WrittenStateDetails(string Digest, int Parts, string Text);

/// <summary>A state, written down: what cannot be read from the entries that it names.</summary>
/// <param name="Policies">The policies in force, by application in ordinal order.</param>
/// <param name="Grants">The requests and grants that are not over, in the order of their ids; absent where there are none.</param>
internal sealed record StateDocument(StatePolicy[] Policies, StateGrant[]? Grants = null);

/// <summary>A policy in force.</summary>
/// <param name="Application">For which application.</param>
/// <param name="Version">Its version.</param>
/// <param name="Digest">Of its document.</param>
/// <param name="Index">Its <c>policy.deployed</c> entry.</param>
internal sealed record StatePolicy(string Application, long Version, string Digest, long Index);

/// <summary>A request or grant that is not over, whole: the fold goes on with it.</summary>
/// <param name="Request">Index of its request, its id.</param>
/// <param name="Leaf">Leaf hash of the request, base64.</param>
/// <param name="Application">Whose policy it is under.</param>
/// <param name="Subject">Who asked.</param>
/// <param name="Roles">The roles that the requester had then.</param>
/// <param name="Humans">Who is behind the requester.</param>
/// <param name="Permissions">What for.</param>
/// <param name="Seconds">For how long.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="Until">The first moment at which the stage does not hold any more.</param>
/// <param name="Start">Of an active grant its first moment.</param>
/// <param name="Resource">What it is limited to.</param>
/// <param name="Ticket">Where it is dealt with.</param>
/// <param name="Key">The requester's key for it.</param>
/// <param name="Digest">What the key stands for.</param>
/// <param name="Votes">The votes in favour.</param>
/// <param name="BreakGlass">Whether it was taken and not given.</param>
/// <param name="Reviewed">Whether that was reviewed.</param>
/// <param name="EndedBy">The policy that ended it.</param>
internal sealed record StateGrant(
    long Request, string Leaf, string Application, AuditSubject Subject, AuditRole[] Roles, string[] Humans, string[] Permissions, long Seconds,
    string Stage, DateTime Until, DateTime? Start = null, AuditResource? Resource = null, string? Ticket = null, string? Key = null, string? Digest = null,
    StateVote[]? Votes = null, bool? BreakGlass = null, bool? Reviewed = null, long? EndedBy = null);

/// <summary>A vote in favour.</summary>
/// <param name="Entry">Its entry.</param>
/// <param name="Humans">Who is behind the voter.</param>
/// <param name="Roles">The approving roles that the voter held.</param>
/// <param name="Signed">Whether it carries the voter's own signature.</param>
internal sealed record StateVote(long Entry, string[] Humans, string[] Roles, bool? Signed = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PartDetails))]
[JsonSerializable(typeof(DeployedDetails))]
[JsonSerializable(typeof(WrittenStateDetails))]
[JsonSerializable(typeof(StateDocument))]
internal sealed partial class StateDetailsContext : JsonSerializerContext;
