using System.Buffers;
using System.Text.Json;
using ImmutableAudit.Import.Input;
using ImmutableAudit.Import.Mapping;

namespace ImmutableAudit.Import;

/// <summary>Makes an event of one line: mapped, with the whole record and where it comes from in its details.</summary>
internal static class Record
{
    private static ReadOnlySpan<byte> WhiteSpace => " \t\r"u8;

    /// <summary>Makes an event of a line that is not blank.</summary>
    /// <exception cref="AuditEventException">The line does not make an event; the message says why, and quotes nothing of it.</exception>
    public static AuditEvent ToEvent(ReadOnlyMemory<byte> line, InputPosition position, EventMapping mapping)
    {
        var json = Wrap(line.Span, position);
        if (!line.Span.TrimStart(WhiteSpace).StartsWith("{"u8))
        {
            throw new AuditEventException("it is JSON, but not an object.");
        }

        var details = Normalize(json);
        return mapping.ToEvent(details.Root.GetProperty("record"), details);
    }

    public static bool IsBlank(ReadOnlySpan<byte> line) => line.Trim(WhiteSpace).IsEmpty;

    private static ReadOnlyMemory<byte> Wrap(ReadOnlySpan<byte> line, InputPosition position)
    {
        var json = new ArrayBufferWriter<byte>(line.Length + 256);
        using var writer = new Utf8JsonWriter(json);
        writer.WriteStartObject();
        writer.WritePropertyName("import");
        JsonSerializer.Serialize(writer, position, InputJson.Default.InputPosition);
        writer.WritePropertyName("record");
        try
        {
            // Checked to be one value: a line must not be able to end its member and begin another.
            writer.WriteRawValue(line);
        }
        catch (JsonException e)
        {
            throw new AuditEventException($"it is not JSON, from byte {e.BytePositionInLine + 1} on.", e);
        }

        writer.WriteEndObject();
        writer.Flush();
        return json.WrittenMemory;
    }

    /// <summary>Says it in terms of the line, where details' own message would speak of what is wrapped around it.</summary>
    private static AuditDetails Normalize(ReadOnlyMemory<byte> json)
    {
        try
        {
            return AuditDetails.Parse(json);
        }
        catch (AuditEventException e)
        {
            throw new AuditEventException(
                $"it has a name twice in one object, text that is not Unicode, or more than {AuditDetails.MaxDepth - 1} levels.", e);
        }
    }
}
