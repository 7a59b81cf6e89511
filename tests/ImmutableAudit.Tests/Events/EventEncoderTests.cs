using System.Text;
using FsCheck.Fluent;
using ImmutableAudit.Events;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Events;

public class EventEncoderTests
{
    [Fact]
    public void The_least_event_has_exactly_these_bytes() =>
        Assert.Equal(
            Samples.Head + "\"actor\":{\"id\":\"u-1842\"},\"action\":\"orders.export\"}",
            Encoding.UTF8.GetString(Samples.Encode(Samples.Minimal)));

    [Fact]
    public void The_full_event_has_exactly_these_bytes() =>
        Assert.Equal(
            Samples.Head +
            "\"session\":\"s-77\",\"actor\":{\"issuer\":\"https://login.example\",\"id\":\"svc-refunds\",\"person\":\"p-9\",\"kind\":\"service\"," +
            "\"onBehalfOf\":{\"id\":\"u-1842\"}},\"action\":\"orders.refund\",\"resource\":{\"type\":\"order\",\"id\":\"4711\"},\"outcome\":\"success\"," +
            "\"reason\":\"damaged on arrival\",\"source\":{\"app\":\"shop\",\"host\":\"web-3\",\"ip\":\"192.0.2.7\"}," +
            "\"trace\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"ref\":{\"index\":41,\"leaf\":\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"}," +
            "\"grant\":12,\"details\":{\"amount\":12.50,\"currency\":\"EUR\"}}",
            Encoding.UTF8.GetString(Samples.Encode(Samples.Full)));

    [Fact]
    public void Encoding_twice_gives_the_same_bytes() =>
        Assert.Equal(Samples.Encode(Samples.Full), Samples.Encode(Samples.Full with { }));

    [Fact]
    public void An_id_of_the_events_own_is_kept()
    {
        var own = new Guid("0198c1de-1111-7222-8333-444455556666");
        var entry = AuditEntry.Decode(0, Samples.Encode(Samples.Minimal with { Id = own }));
        Assert.Equal(own, entry.Id);
    }

    [Fact]
    public void Time_and_id_can_be_stamped_later()
    {
        var entry = EventEncoder.Encode(Samples.Minimal, Guid.Empty).ToArray();
        EventEncoder.StampId(entry, Samples.Id);
        EntryTime.Stamp(entry, Samples.Time);
        Assert.Equal(Samples.Encode(Samples.Minimal), entry);
    }

    [Fact]
    public void The_time_of_an_entry_of_the_library_can_be_stamped_too()
    {
        var entry = EventEncoder.Encode(Samples.Minimal with { Type = "log.recovered" }, Samples.Id, library: true).ToArray();
        EntryTime.Stamp(entry, Samples.Time);
        var decoded = AuditEntry.Decode(0, entry);
        Assert.Equal(("log.recovered", Samples.Id, Samples.Time), (decoded.Type, decoded.Id, decoded.Time));
    }

    [Fact]
    public void The_library_has_the_same_order_of_members_as_applications()
    {
        var own = Encoding.UTF8.GetString(EventEncoder.Encode(Samples.Full with { Type = "key.changed" }, Samples.Id, library: true));
        var applications = Encoding.UTF8.GetString(EventEncoder.Encode(Samples.Full, Samples.Id));
        Assert.Equal(applications.Replace("\"type\":\"event\"", "\"type\":\"key.changed\"", StringComparison.Ordinal), own);
    }

    [Fact]
    public void A_refused_event_leaves_nothing_behind_in_the_next()
    {
        var expected = Samples.Encode(Samples.Full);
        Assert.Throws<AuditEntryTooLargeException>(() => { Samples.Encode(Samples.Minimal with { Reason = new string('x', 65_500) }); });
        Assert.Equal(expected, Samples.Encode(Samples.Full));
    }

    [Fact]
    public void No_text_can_keep_an_event_off_the_log_or_put_a_control_character_into_it() =>
        Prop.ForAll(Arb.From(Samples.Text), text =>
        {
            var reason = Samples.Minimal with { Reason = text, Resource = new AuditResource { Type = "t" + text, Id = text } };
            Assert.DoesNotContain(Samples.Encode(reason), b => b < 0x20);
        }).CheckSeeded();

    [Fact]
    public void Half_a_surrogate_pair_becomes_the_replacement_character() =>
        Assert.Equal("a\uFFFDb\uFFFD", AuditEntry.Decode(0, Samples.Encode(Samples.Minimal with { Reason = "a\ud800b\udc00" })).Event.Reason);

    [Fact]
    public void Letters_of_every_script_are_written_as_they_are() =>
        Assert.Contains("Größe 大きさ", Encoding.UTF8.GetString(Samples.Encode(Samples.Minimal with { Reason = "Größe 大きさ" })), StringComparison.Ordinal);

    [Fact]
    public void Encoding_allocates_nothing_once_it_is_warm()
    {
        foreach (var auditEvent in new[] { Samples.Minimal, Samples.Full, Samples.Full with { Id = null, Reason = "größer\n\"" } })
        {
            Assert.Equal(0, AllocatedBy(() => { EventEncoder.Encode(auditEvent, Samples.Id); }));
        }
    }

    [Fact]
    public void Stamping_allocates_nothing()
    {
        var entry = Samples.Encode(Samples.Minimal);
        Assert.Equal(0, AllocatedBy(() =>
        {
            EntryTime.Stamp(entry, Samples.Time);
            EventEncoder.StampId(entry, Samples.Id);
            EntryTime.TryRead(entry, out _);
        }));
    }

    private static long AllocatedBy(Action action)
    {
        for (var i = 0; i < 100; i++)
        {
            action();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
