using System.Buffers;
using System.Text.Json;

namespace ImmutableAudit.Events;

/// <summary>
/// The one way from an event to the bytes of an entry (DESIGN section 6): members in fixed order, absent ones left out.
/// <c>time</c> is a placeholder at <see cref="EntryTime.Offset"/> that the log stamps with the index, and so is
/// <c>prev</c>, where an entry has it, at its end (<see cref="EntryPrev"/>). Thread-safe;
/// encoding allocates nothing once a thread's buffer has grown.
/// </summary>
internal static class EventEncoder
{
    /// <summary>Bytes of an id: 36, lower case.</summary>
    public const int IdLength = 36;

    /// <summary>Where the id stands in an entry of type <c>event</c>.</summary>
    public const int IdOffset = EntryTime.Offset + EntryTime.Length + 23;

    // Beyond this, a thread gives its buffer back after use: one huge event should not be remembered.
    private const int KeptCapacity = 1024 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

    /// <summary>Encodes into the calling thread's buffer.</summary>
    /// <param name="auditEvent">The event.</param>
    /// <param name="id">The entry's id, unless the event brings its own.</param>
    /// <param name="library">Whether the library itself writes, which alone may use the reserved types (P25).</param>
    /// <returns>The entry, valid until this thread encodes the next.</returns>
    /// <exception cref="AuditEventException">The event cannot be an entry.</exception>
    /// <exception cref="AuditEntryTooLargeException">It is longer than an entry can be.</exception>
    public static ReadOnlySpan<byte> Encode(AuditEvent auditEvent, Guid id, bool library = false)
    {
        EventRules.Check(auditEvent, library);
        var buffer = t_buffer ??= new ArrayBufferWriter<byte>(4096);
        buffer.ResetWrittenCount();
        var writer = t_writer;
        if (writer is null)
        {
            t_writer = writer = new Utf8JsonWriter(buffer, StrictJson.WriterOptions);
        }
        else
        {
            writer.Reset(buffer);
        }

        try
        {
            EventWriter.Write(writer, auditEvent, auditEvent.Id ?? id);
            writer.Flush();
        }
        finally
        {
            if (buffer.Capacity > KeptCapacity)
            {
                t_buffer = null;
                t_writer = null;
            }
        }

        if (buffer.WrittenCount > AuditEntry.MaxLength)
        {
            EventRules.ThrowTooLarge(auditEvent.Action, buffer.WrittenCount, exact: true);
        }

        return buffer.WrittenSpan;
    }

    /// <summary>Writes the id into an entry of type <c>event</c> that this encoder has made.</summary>
    public static void StampId(Span<byte> entry, Guid id) => id.TryFormat(entry.Slice(IdOffset, IdLength), out _, "D");
}
