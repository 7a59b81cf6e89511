using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ImmutableAudit.Privilege;

/// <summary>What is in the details of entries that the state is folded from.</summary>
internal static class StateDetails
{
    public static PartDetails OfPart(AuditEntry entry) => Read<PartDetails>(entry, StateDetailsContext.Default.PartDetails);

    public static DeployedDetails OfDeployed(AuditEntry entry) => Read<DeployedDetails>(entry, StateDetailsContext.Default.DeployedDetails);

    public static WrittenStateDetails OfWritten(AuditEntry entry) => Read<WrittenStateDetails>(entry, StateDetailsContext.Default.WrittenStateDetails);

    /// <summary>Reads an entry's details strictly: who does not understand all of them must not decide by them.</summary>
    /// <exception cref="PrivilegeStateException">They are not of this form.</exception>
    private static T Read<T>(AuditEntry entry, JsonTypeInfo<T> type)
    {
        if (entry.Version > 1 || entry.Event.Details is not { } details)
        {
            throw Unknown(entry);
        }

        try
        {
            return details.Get(type);
        }
        catch (AuditFormatException e)
        {
            throw Unknown(entry, e);
        }
    }

    public static PrivilegeStateException Unknown(AuditEntry entry, Exception? cause = null)
    {
        var message =
            $"Entry {entry.Index} of type '{Printable.Of(entry.Type)}' changes privileges in a way that this version does not know. "
            + "Nothing is decided without it: use the version that wrote it, or a newer one.";
        return cause is null ? new PrivilegeStateException(message) : new PrivilegeStateException(message, cause);
    }
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
internal sealed record StateDocument(StatePolicy[] Policies);

/// <summary>A policy in force.</summary>
/// <param name="Application">For which application.</param>
/// <param name="Version">Its version.</param>
/// <param name="Digest">Of its document.</param>
/// <param name="Index">Its <c>policy.deployed</c> entry.</param>
internal sealed record StatePolicy(string Application, long Version, string Digest, long Index);

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
