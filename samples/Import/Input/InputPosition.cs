using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImmutableAudit.Import.Input;

/// <summary>How far an input had been read when an entry was made of one of its lines; each imported entry records it.</summary>
/// <param name="Input">What the input is called.</param>
/// <param name="Line">The line that became the entry, from 1.</param>
/// <param name="Sha256">SHA-256 of the input from its beginning through this line.</param>
internal sealed record InputPosition(string Input, long Line, string Sha256)
{
    /// <summary>The position that an entry records; <see langword="null"/> for one that was not imported.</summary>
    public static InputPosition? Of(AuditEntry entry) =>
        entry.Event.Details is { } details
        && details.Root.TryGetProperty("import", out var import)
        && import.ValueKind == JsonValueKind.Object
        && import.TryGetProperty("input", out var input) && input.ValueKind == JsonValueKind.String
        && import.TryGetProperty("line", out var line) && line.ValueKind == JsonValueKind.Number && line.TryGetInt64(out var number)
        && import.TryGetProperty("sha256", out var digest) && digest.ValueKind == JsonValueKind.String
            ? new InputPosition(input.GetString()!, number, digest.GetString()!)
            : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InputPosition))]
internal sealed partial class InputJson : JsonSerializerContext;
