using ImmutableAudit.Events;

namespace ImmutableAudit.Tests.Events;

public class EncodedEventTests
{
    [Fact]
    public void Each_copy_gets_the_id_that_it_is_given()
    {
        var encoded = EncodedEvent.Create(Samples.Minimal);
        var entry = new byte[encoded.Length + 5];
        encoded.CopyTo(entry, Samples.Id);
        Assert.Equal(Samples.Id, AuditEntry.Decode(0, entry.AsMemory(0, encoded.Length)).Id);
        Assert.Null(encoded.Id);
    }

    [Fact]
    public void An_id_of_the_events_own_is_kept_in_every_copy()
    {
        var encoded = EncodedEvent.Create(Samples.Full);
        var entry = new byte[encoded.Length];
        encoded.CopyTo(entry, Guid.Empty);
        Assert.Equal(Samples.Id, AuditEntry.Decode(0, entry).Id);
        Assert.Equal(Samples.Id, encoded.Id);
    }

    [Fact]
    public void It_is_the_same_entry_as_without_encoding_before()
    {
        var encoded = EncodedEvent.Create(Samples.Full with { Id = null });
        var entry = new byte[encoded.Length];
        encoded.CopyTo(entry, Samples.Id);
        EntryTime.Stamp(entry, Samples.Time);
        Assert.Equal(Samples.Encode(Samples.Full), entry);
    }

    [Fact]
    public void What_cannot_be_an_entry_is_refused_at_once()
    {
        Assert.Throws<AuditEventException>(() => EncodedEvent.Create(Samples.Minimal with { Type = "log.opened" }));
        Assert.Throws<AuditEntryTooLargeException>(() => EncodedEvent.Create(Samples.Minimal with { Reason = new string('x', 65_535) }));
        Assert.Throws<ArgumentNullException>(() => EncodedEvent.Create(null!));
    }
}
