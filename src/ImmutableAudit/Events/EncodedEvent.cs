using ImmutableAudit.Events;

namespace ImmutableAudit;

/// <summary>
/// An event that is checked and encoded once, for those who append the same one often: each append copies the bytes and
/// stamps time and id. Immutable and thread-safe.
/// </summary>
public sealed class EncodedEvent
{
    private readonly byte[] _template;

    private EncodedEvent(byte[] template, Guid? id)
    {
        _template = template;
        Id = id;
    }

    /// <summary>Length of the entry in bytes, up to <see cref="AuditEntry.MaxLength"/>.</summary>
    public int Length => _template.Length;

    /// <summary>The id that the event brought, which then every append of it has.</summary>
    internal Guid? Id { get; }

    /// <summary>
    /// Encodes an event. One with an <see cref="AuditEvent.Id"/> keeps it for every append; others get a new one each time.
    /// </summary>
    /// <exception cref="AuditEventException">It cannot be an entry: a member is missing, malformed or reserved.</exception>
    /// <exception cref="AuditEntryTooLargeException">It is longer than an entry can be.</exception>
    public static EncodedEvent Create(AuditEvent auditEvent) =>
        new(EventEncoder.Encode(auditEvent, Guid.Empty).ToArray(), auditEvent.Id);

    /// <summary>Writes the entry with this id, unless the event brought its own; the time is still to be stamped.</summary>
    internal void CopyTo(Span<byte> destination, Guid id)
    {
        _template.CopyTo(destination);
        if (Id is null)
        {
            EventEncoder.StampId(destination, id);
        }
    }
}
