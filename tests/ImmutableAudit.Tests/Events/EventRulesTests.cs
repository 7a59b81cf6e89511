using ImmutableAudit.Events;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tests.Events;

public class EventRulesTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t")]
    public void An_event_needs_an_action(string? action) => Refused(Samples.Minimal with { Action = action! }, "Action");

    [Fact]
    public void An_event_needs_an_actor() => Refused(Samples.Minimal with { Actor = null! }, "Actor");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\u2003")]
    public void An_actor_needs_an_id(string? id)
    {
        var nobody = new AuditSubject { Id = id! };
        Refused(Samples.Minimal with { Actor = nobody }, "Actor.Id");
        Refused(Samples.Minimal with { Actor = new AuditSubject { Id = "a", OnBehalfOf = nobody } }, "OnBehalfOf");
    }

    [Fact]
    public void A_chain_of_eight_subjects_is_accepted_and_one_of_nine_refused()
    {
        var actor = new AuditSubject { Id = "1" };
        for (var i = 2; i <= AuditSubject.MaxChainLength; i++)
        {
            actor = new AuditSubject { Id = $"{i}", OnBehalfOf = actor };
        }

        Assert.Equal(actor, AuditEntry.Decode(0, Samples.Encode(Samples.Minimal with { Actor = actor })).Event.Actor);
        Refused(Samples.Minimal with { Actor = new AuditSubject { Id = "9", OnBehalfOf = actor } }, "8 subjects");
    }

    [Theory]
    [InlineData("access.decided")]
    [InlineData("grant.activated")]
    [InlineData("policy.deployed")]
    [InlineData("log.opened")]
    [InlineData("key.changed")]
    [InlineData("privilege.state")]
    [InlineData("Event")]
    [InlineData("event.mine")]
    [InlineData("anything")]
    [InlineData("")]
    [InlineData(null)]
    public void An_application_writes_no_type_but_event(string? type) => Refused(Samples.Minimal with { Type = type! }, "Type");

    [Theory]
    [InlineData("log.")]
    [InlineData("log")]
    [InlineData("logs.opened")]
    [InlineData("other.thing")]
    public void The_library_writes_no_type_that_is_nobodys(string type) =>
        Assert.Throws<AuditEventException>(() => { EventEncoder.Encode(Samples.Minimal with { Type = type }, Samples.Id, library: true); });

    [Theory]
    [InlineData("")]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e473")]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e47361")]
    [InlineData("4BF92F3577B34DA6A3CE929D0E0E4736")]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e473g")]
    [InlineData("00000000000000000000000000000000")]
    public void A_malformed_trace_is_refused(string trace) => Refused(Samples.Minimal with { Trace = trace }, "Trace");

    [Fact]
    public void The_empty_id_is_refused() => Refused(Samples.Minimal with { Id = Guid.Empty }, "Id");

    [Fact]
    public void A_resource_needs_a_type() => Refused(Samples.Minimal with { Resource = new AuditResource { Type = " " } }, "Resource.Type");

    [Fact]
    public void Negative_indexes_are_refused()
    {
        Refused(Samples.Minimal with { Grant = -1 }, "Grant");
        Refused(Samples.Minimal with { Ref = new AuditReference(-1, MerkleHash.EmptyRoot) }, "Ref");
    }

    [Fact]
    public void An_entry_of_65535_bytes_is_accepted_and_one_more_refused()
    {
        var room = AuditEntry.MaxLength - Samples.Encode(Samples.Minimal with { Reason = "" }).Length;
        var largest = Samples.Encode(Samples.Minimal with { Reason = new string('x', room) });
        Assert.Equal(65_535, largest.Length);
        Assert.Equal(room, AuditEntry.Decode(0, largest).Event.Reason!.Length);

        var e = Assert.Throws<AuditEntryTooLargeException>(() => Samples.Encode(Samples.Minimal with { Reason = new string('x', room + 1) }));
        Assert.Contains("\"orders.export\"", e.Message, StringComparison.Ordinal);
        Assert.Contains("65536 bytes", e.Message, StringComparison.Ordinal);
        Assert.Contains("at most 65535", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_huge_text_is_refused_before_anything_is_made_of_it()
    {
        var huge = Samples.Minimal with { Reason = new string('x', 20_000_000) };
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<AuditEntryTooLargeException>(() => Samples.Encode(huge));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Huge_details_are_refused()
    {
        var details = AuditDetails.Parse($$"""{"x":"{{new string('x', 70_000)}}"}""");
        Assert.Throws<AuditEntryTooLargeException>(() => Samples.Encode(Samples.Minimal with { Details = details }));
    }

    [Fact]
    public void After_an_event_was_refused_the_next_is_encoded_as_ever()
    {
        var before = Samples.Encode(Samples.Full);
        var texts = new string('\u0001', 65_000);
        Assert.Throws<AuditEntryTooLargeException>(() => Samples.Encode(Samples.Full with { Reason = texts, Session = texts }));
        Assert.Throws<AuditEntryTooLargeException>(() => Samples.Encode(Samples.Full with { Session = "s", Reason = new string('x', 70_000) }));
        Assert.Equal(before, Samples.Encode(Samples.Full));
    }

    [Fact]
    public void A_message_never_carries_a_control_character_of_the_events()
    {
        var e = Assert.Throws<AuditEventException>(
            () => Samples.Encode(Samples.Minimal with { Action = "a\r\n\u001b[31m" + new string('b', 500), Type = "x\ny" }));
        Assert.DoesNotContain(e.Message, char.IsControl);
        Assert.InRange(e.Message.Length, 1, 500);
    }

    private static void Refused(AuditEvent auditEvent, string whatToDo)
    {
        var e = Assert.Throws<AuditEventException>(() => Samples.Encode(auditEvent));
        Assert.Contains(whatToDo, e.Message, StringComparison.Ordinal);
    }
}
