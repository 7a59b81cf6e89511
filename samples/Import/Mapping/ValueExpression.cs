using System.Text.Json;

namespace ImmutableAudit.Import.Mapping;

/// <summary>
/// Where in a record an event's member is found. Paths are those of JSONPath (RFC 9535) that name one value; <c>+</c> joins,
/// <c>|</c> falls back to what follows where something is not there; text in quotes is itself:
/// <code>
/// $.user.name
/// $.resources[0].id
/// $["x-request-id"]
/// $.service + ":" + $.method
/// $.login | $.system | "nobody"
/// </code>
/// A text, a number, true and false are values; anything else, and empty text, counts as not there.
/// </summary>
internal sealed class ValueExpression(IReadOnlyList<IReadOnlyList<ValuePart>> alternatives)
{
    /// <summary>The value in a record, or <see langword="null"/> where it is not there.</summary>
    public string? Read(JsonElement record)
    {
        foreach (var parts in alternatives)
        {
            var values = parts.Select(part => part.Read(record)).ToList();
            if (!values.Contains(null))
            {
                return string.Concat(values);
            }
        }

        return null;
    }
}

/// <summary>A piece of a value: a text, or where to find one.</summary>
internal abstract record ValuePart
{
    public abstract string? Read(JsonElement record);
}

internal sealed record LiteralPart(string Text) : ValuePart
{
    public override string Read(JsonElement record) => Text;
}

/// <summary>A path: names of members and indexes of arrays, from the record on.</summary>
internal sealed record PathPart(IReadOnlyList<PathStep> Steps) : ValuePart
{
    public override string? Read(JsonElement record)
    {
        var value = record;
        foreach (var (name, index) in Steps)
        {
            if (name is not null && value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member))
            {
                value = member;
            }
            else if (name is null && value.ValueKind == JsonValueKind.Array && index < value.GetArrayLength())
            {
                value = value[index];
            }
            else
            {
                return null;
            }
        }

        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => null,
        };
        return string.IsNullOrEmpty(text) ? null : text;
    }
}

/// <summary>One step of a path: into a member, or, without name, to a place in an array.</summary>
internal readonly record struct PathStep(string? Name, int Index);
