using System.Runtime.InteropServices;
using System.Text.Json;

namespace ImmutableAudit.Events;

/// <summary>
/// From the bytes of an entry, anybody's, to the event: strict about JSON, open about members it does not know. Messages
/// name members that we know and never quote the entry, which may hold anything.
/// </summary>
internal static class EntryDecoder
{
    public static AuditEntry Decode(long index, ReadOnlyMemory<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (bytes.Length is 0 or > AuditEntry.MaxLength)
        {
            throw Unreadable(index, $"it has {bytes.Length} bytes, and an entry has from 1 to {AuditEntry.MaxLength}");
        }

        JsonDocument? document = null;
        AuditEntry? entry = null;
        try
        {
            document = StrictJson.Parse(bytes, AuditEntry.MaxDepth);
            return entry = Read(index, bytes, document.RootElement);
        }
        catch (JsonException e)
        {
            throw Unreadable(index, $"it is not strict JSON, {StrictJson.Explain(e)}");
        }
        catch (MemberException e)
        {
            throw Unreadable(index, e.Message);
        }
        finally
        {
            // Unknown members are parts of the document, which is then left to the entry: each of them as a copy takes many times as much.
            if (entry is not { UnknownMembers.Count: > 0 })
            {
                document?.Dispose();
            }
        }
    }

    private static AuditEntry Read(long index, ReadOnlyMemory<byte> bytes, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new MemberException("it is not a JSON object");
        }

        // What we write begins with both, and no name is there twice.
        var head = EntryTime.Head(bytes.Span);
        var version = head.IsEmpty ? ReadVersion(root) : EntryTime.Version;
        var members = new MemberReader(newer: version > EntryTime.Version);
        var auditEvent = EventReader.Read(root, members);
        return new AuditEntry
        {
            Index = index,
            Bytes = bytes,
            Version = version,
            Time = head.IsEmpty ? ReadTime(root) : ParseTime(head.Slice(EntryTime.Offset, EntryTime.Length)),
            Event = auditEvent,
            UnknownMembers = members.Unknown,
        };
    }

    private static int ReadVersion(JsonElement root) =>
        root.TryGetProperty("v"u8, out var v) && v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out var n) && n > 0
            ? n
            : throw new MemberException("its member v is not a whole number from 1");

    private static DateTimeOffset ReadTime(JsonElement root) =>
        ParseTime(root.TryGetProperty("time"u8, out var time) && time.ValueKind == JsonValueKind.String ? JsonMarshal.GetRawUtf8Value(time)[1..^1] : default);

    /// <summary>By the raw text, so that every reader of an entry's time sees the same one.</summary>
    private static DateTimeOffset ParseTime(ReadOnlySpan<byte> text) =>
        EntryTime.TryParse(text, out var time) ? time : throw new MemberException("its member time is not a UTC time such as 2026-11-21T21:16:47.1234567Z");

    private static AuditFormatException Unreadable(long index, string why) =>
        new($"Entry {index} cannot be read as an event: {why}. Whether the log is intact is for verification to say.");
}
