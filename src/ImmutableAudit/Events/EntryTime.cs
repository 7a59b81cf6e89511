using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace ImmutableAudit.Events;

/// <summary>
/// The time of an entry, written and read without decoding the rest: RFC 3339 in UTC with seven decimals and <c>Z</c>,
/// always 28 bytes, so that the thread that gives out indexes can stamp it into bytes encoded before (L9).
/// </summary>
internal static class EntryTime
{
    /// <summary>Bytes of a time: <c>2026-11-21T21:16:47.1234567Z</c>.</summary>
    public const int Length = 28;

    /// <summary>Where the time stands in every entry that we write: behind <see cref="Prefix"/>.</summary>
    public const int Offset = 15;

    /// <summary>The version of the format that we write.</summary>
    public const int Version = 1;

    private const int End = Offset + Length;

    /// <summary>How every entry that we write begins.</summary>
    public static ReadOnlySpan<byte> Prefix => "{\"v\":1,\"time\":\""u8;

    /// <summary>What stands there until the time is known.</summary>
    public static ReadOnlySpan<byte> Placeholder => "0001-01-01T00:00:00.0000000Z"u8;

    /// <summary>
    /// The beginning of an entry, up to and with its time, where it is as we write it; otherwise empty. Entries that begin alike
    /// have the same time.
    /// </summary>
    public static ReadOnlySpan<byte> Head(ReadOnlySpan<byte> entry) =>
        entry.Length > End && entry[End] == (byte)'"' && entry.StartsWith(Prefix) ? entry[..(End + 1)] : default;

    /// <summary>Stamps an entry that <see cref="EventEncoder"/> has written.</summary>
    public static void Stamp(Span<byte> entry, DateTimeOffset time) => Format(time, entry.Slice(Offset, Length));

    /// <summary>Writes exactly <see cref="Length"/> bytes; any offset is turned into UTC.</summary>
    public static void Format(DateTimeOffset time, Span<byte> destination) =>
        time.UtcDateTime.TryFormat(destination, out _, "O", CultureInfo.InvariantCulture);

    /// <summary>Reads exactly the form that <see cref="Format"/> writes; nothing else is a time.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        return text.Length == Length
            && text[^1] == (byte)'Z'
            && Utf8Parser.TryParse(text, out time, out var consumed, 'O')
            && consumed == Length;
    }

    /// <summary>
    /// Reads the first <c>time</c> of an entry, anybody's. Looks no further than it must: that the rest is an event, or
    /// JSON at all, is not said.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> entry, out DateTimeOffset time)
    {
        var head = Head(entry);
        return head.IsEmpty ? TryReadSlow(entry, out time) : TryParse(head.Slice(Offset, Length), out time);
    }

    /// <summary>The same for an entry with other spacing, order or version.</summary>
    internal static bool TryReadSlow(ReadOnlySpan<byte> entry, out DateTimeOffset time)
    {
        time = default;
        var reader = new Utf8JsonReader(entry, new JsonReaderOptions { MaxDepth = AuditEntry.MaxDepth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                // An escaped spelling of the name is the same name; one of the value is another value than we write.
                var found = reader.ValueTextEquals("time"u8);
                if (!reader.Read())
                {
                    return false;
                }

                if (found)
                {
                    return reader.TokenType == JsonTokenType.String && TryParse(reader.ValueSpan, out time);
                }

                reader.Skip();
            }

            return false;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name with half a surrogate pair, which no reader of entries accepts.
            time = default;
            return false;
        }
    }
}
