using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace ImmutableAudit.Events;

/// <summary>
/// JSON without two readings (I-JSON, RFC 7493): no name twice, only valid Unicode, bounded depth. Malformed text is a
/// <see cref="JsonException"/> here; callers say where it came from, in words of their own, because the framework's
/// message may quote the text.
/// </summary>
internal static class StrictJson
{
    /// <summary>How everything that we write is escaped: control characters always, letters of no language.</summary>
    public static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static JsonDocumentOptions DocumentOptions(int maxDepth) =>
        new() { MaxDepth = maxDepth, AllowDuplicateProperties = false };

    /// <summary>Where the text is malformed. Says nothing that the text itself could have put there.</summary>
    public static string Explain(JsonException e) =>
        e.LineNumber is { } line && e.BytePositionInLine is { } position
            ? $"malformed at line {line + 1}, byte {position + 1}"
            : "a name occurs twice, or a text is not valid Unicode";

    /// <summary>Throws where an object has the same name twice, however it is escaped.</summary>
    public static void RefuseDuplicates(ReadOnlyMemory<byte> json, int maxDepth) =>
        JsonDocument.Parse(json, DocumentOptions(maxDepth)).Dispose();

    /// <summary>Reads a text: throws where it is malformed, too deep or not valid Unicode (also behind escapes), or a name occurs twice.</summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json, int maxDepth)
    {
        // Without escapes there is nothing behind them, and what else Validate finds parsing finds, too.
        if (json.Span.Contains((byte)'\\') || !Utf8.IsValid(json.Span))
        {
            Validate(json.Span, maxDepth);
        }

        return JsonDocument.Parse(json, DocumentOptions(maxDepth));
    }

    /// <summary>Throws where the text is malformed, too deep or not valid Unicode (also behind escapes).</summary>
    public static void Validate(ReadOnlySpan<byte> json, int maxDepth)
    {
        var reader = Reader(json, maxDepth);
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
                continue;

            _ = ValidUtf8(reader.ValueSpan);
            if (reader.ValueIsEscaped && JsonText.IndexOfHalf(JsonText.Unescape(reader.ValueSpan)) >= 0)
            {
                throw new JsonException();
            }
        }
    }

    /// <summary>
    /// The same value, compact and escaped our way; numbers keep their digits. Half surrogates behind escapes become
    /// U+FFFD; bytes that are not UTF-8 throw.
    /// </summary>
    public static byte[] Normalize(ReadOnlySpan<byte> json, int maxDepth)
    {
        var output = new ArrayBufferWriter<byte>(json.Length + 16);
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        var reader = Reader(json, maxDepth);
        while (reader.Read())
        {
            Copy(ref reader, writer);
        }

        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Whether <see cref="Normalize"/> would leave well-formed text as it is. What we write ourselves mostly is; whether text with escapes or
    /// beyond ASCII is, only writing it tells.
    /// </summary>
    public static bool IsNormal(ReadOnlySpan<byte> json)
    {
        const byte Space = 0x20, Tilde = 0x7E;
        if (json.ContainsAnyExceptInRange(Space, Tilde) || json.Contains((byte)'\\'))
        {
            return false;
        }

        // Without escapes every quotation mark begins or ends a text; a space may be in one, not between them.
        for (var inside = false; json.IndexOfAny(Space, (byte)'"') is var next and >= 0; json = json[(next + 1)..])
        {
            if (json[next] == (byte)'"')
            {
                inside = !inside;
            }
            else if (!inside)
            {
                return false;
            }
        }

        return true;
    }

    private static void Copy(ref Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            case JsonTokenType.PropertyName when reader.ValueIsEscaped:
                writer.WritePropertyName(JsonText.UnescapeWellFormed(reader.ValueSpan));
                break;
            case JsonTokenType.PropertyName:
                writer.WritePropertyName(ValidUtf8(reader.ValueSpan));
                break;
            case JsonTokenType.String when reader.ValueIsEscaped:
                writer.WriteStringValue(JsonText.UnescapeWellFormed(reader.ValueSpan));
                break;
            case JsonTokenType.String:
                writer.WriteStringValue(ValidUtf8(reader.ValueSpan));
                break;
            default:
                // Numbers and the three literals: parsing a number could lose digits.
                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }
    }

    private static ReadOnlySpan<byte> ValidUtf8(ReadOnlySpan<byte> text) => Utf8.IsValid(text) ? text : throw new JsonException();

    private static Utf8JsonReader Reader(ReadOnlySpan<byte> json, int maxDepth) =>
        new(json, new JsonReaderOptions { MaxDepth = maxDepth });
}
